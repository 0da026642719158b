import { describe, expect, it } from "vitest";
import { compileProgram } from "../../compile/program.ts";
import { parseSnapshot } from "../../parse/bundle/parse-snapshot.ts";
import { parsePacketOptions } from "../../parse/packet/packet.ts";
import type { Outcome, Trace } from "../trace.ts";
import { walkPacket } from "../walk.ts";

const NODE = {
  "ip-addr.txt": `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq state UP group default
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0
3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq state UP group default
    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
    inet 10.1.0.1/24 brd 10.1.0.255 scope global eth1
`,
  "sysctl.txt": "net.ipv4.ip_forward = 1\n",
};

function trace(nft: string, fields: Readonly<Record<string, string>> = {}, name = "nft-ruleset.txt"): Trace {
  const files = Object.entries({ ...NODE, [name]: nft }).map(([path, text]) => ({ path, text }));
  const way = { iif: "eth0", src: "10.0.0.9", dst: "10.1.0.9", proto: "tcp", dport: "80", ...fields };
  const { value } = parsePacketOptions(new Map(Object.entries(way)));
  if (value === null) throw new Error("not a packet");
  return walkPacket(compileProgram(parseSnapshot(files, { name: "node" })), value.packet, value.arrival);
}

function forward(...lines: readonly string[]): string {
  return `table inet t {
${lines.map((line) => `\t${line}`).join("\n")}
}
`;
}

function chain(...rules: readonly string[]): readonly string[] {
  return ["chain f {", "type filter hook forward priority 0; policy accept;", ...rules, "}"];
}

function rulesOf({ steps }: Outcome): readonly string[] {
  return steps.flatMap((step) =>
    step.kind === "rule" ? [`${step.family}/${step.table}/${step.chain}/${String(step.number)}`] : [],
  );
}

describe("what the kernel decides by chance", () => {
  it("forks over the elements of a map, each with its share", () => {
    const { outcomes } = trace(
      forward(...chain("numgen random mod 10 vmap { 0-4 : drop, 5 : continue, 6-9 : accept }", "meta mark set 0x5")),
    );
    const chances = outcomes.map(({ verdict, mark, probability }) => [verdict, mark, Number(probability?.toFixed(3))]);
    expect(chances).toEqual([
      ["drop", 0, 0.5],
      ["accept", 0, 0.4],
      ["accept", 5, 0.1],
    ]);
  });

  it("forks over the addresses that a number of turns picks, with no chance to tell", () => {
    const { outcomes } = trace(
      `table ip t {
	chain n {
		type nat hook prerouting priority -100;
		dnat to numgen inc mod 3 map { 0 : 10.1.0.20, 1 : 10.1.0.21, 2 : 10.1.0.22 }
	}
}
`,
    );
    expect(outcomes.map(({ packet }) => Number(packet.dst) & 0xff).toSorted()).toEqual([20, 21, 22]);
    expect(outcomes.map(({ probability }) => probability)).toEqual([null, null, null]);
  });

  it("asks once for a random number that is compared", () => {
    const { outcomes } = trace(forward(...chain("meta random < 1073741824 drop")));
    expect(outcomes.map(({ verdict, probability }) => [verdict, probability])).toEqual([
      ["accept", 0.75],
      ["drop", 0.25],
    ]);
  });
});

describe("what the listing does not say", () => {
  it("forks over a set that was listed without its elements", () => {
    const text = forward("set hosts {", "type ipv4_addr", "elements = { }", "}", ...chain("ip saddr @hosts drop"));
    const unlisted = text.replace("@hosts", "@others");
    const { outcomes } = trace(unlisted);
    expect(outcomes.map(({ verdict }) => verdict).toSorted()).toEqual(["accept", "drop"]);
    expect(outcomes[0]?.conditions).toMatchObject([{ why: "its elements are not known" }]);
    expect(trace(text).outcomes).toMatchObject([{ verdict: "accept", conditions: [] }]);
  });

  it("does not follow a statement that nobody knows", () => {
    const { outcomes } = trace(forward(...chain("tcp dport 80 wonder of the world", "accept")));
    expect(outcomes.map(({ verdict }) => verdict)).toContain("unknown");
  });

  it("names the order of chains that stand at one priority", () => {
    const two = forward(...chain("accept"), ...chain("drop").map((line) => line.replace("chain f", "chain g")));
    expect(trace(two).assumptions).toContainEqual({
      what: "chains of equal priority run in the order inet t g, inet t f",
      why: "no dump holds the order of registration",
      assumed: true,
    });
  });

  it("names the tables of nft where only iptables was listed", () => {
    const none = { what: "nft has no tables of its own", why: "no nft dump", assumed: true };
    const saved = "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n";
    const { outcomes, assumptions } = trace(saved, {}, "iptables-save.txt");
    expect(outcomes).toMatchObject([{ verdict: "drop" }]);
    expect(assumptions).toContainEqual(none);
    expect(trace(saved, {}, "ip6tables-save.txt").assumptions).not.toContainEqual(none);
    expect(trace(forward(...chain("accept"))).assumptions).not.toContainEqual(none);
  });

  it("names a chain at a device that the listing leaves out", () => {
    const json = {
      nftables: [
        { table: { family: "netdev", name: "d" } },
        {
          chain: { family: "netdev", table: "d", name: "i", type: "filter", hook: "ingress", prio: 0, policy: "drop" },
        },
      ],
    };
    const { outcomes, assumptions } = trace(JSON.stringify(json), {}, "nft-ruleset.json");
    expect(outcomes).toMatchObject([{ verdict: "accept" }]);
    expect(assumptions).toContainEqual({
      what: "chain netdev d i is at none of the packet's devices",
      why: "the listing does not name its devices",
      assumed: true,
    });
  });
});

describe("long chains", () => {
  it("are narrowed by their addresses to the rules that can match", () => {
    const rules = Array.from({ length: 100 }, (_, i) => `ip daddr 10.1.0.${String(i + 1)} counter`);
    const { outcomes } = trace(forward(...chain(...rules, "tcp dport 80 accept")));
    expect(outcomes.map(rulesOf)).toEqual([["inet/t/f/9", "inet/t/f/101"]]);
  });
});
