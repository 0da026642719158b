import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileProgram } from "../compile/program.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import { parsePacketOptions } from "../parse/packet/packet.ts";
import type { CompiledChain, CompiledTable, HookEntry, Program } from "../program/program.ts";
import { walkFlow } from "./flow.ts";
import type { Start } from "./path.ts";
import { NodeState } from "./state.ts";
import type { Outcome, Trace } from "./trace.ts";
import { walkPacket } from "./walk.ts";

type Files = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;

const ADDRESSES = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 scope global eth0
3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
    inet 10.1.0.1/24 scope global eth1
`;
const NODE: Files = {
  "ip-addr.txt": ADDRESSES,
  "ip-route.txt": "10.0.0.0/24 dev eth0 proto kernel scope link\n10.1.0.0/24 dev eth1 proto kernel scope link\n",
  "ip-rule.txt": "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n",
  "sysctl.txt": "net.ipv4.ip_forward = 1\n",
};

function forwardRules(...rules: readonly string[]): Files {
  const lines = rules.map((rule) => `-A FORWARD ${rule}\n`).join("");
  return { "iptables-save.txt": `*filter\n:FORWARD ACCEPT [0:0]\n:USER - [0:0]\n${lines}COMMIT\n` };
}

function programOf(files: Files): Program {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  return compileProgram(parseSnapshot(texts, { name: "test" }));
}

function injection(fields: Fields): Pick<Trace, "packet" | "arrival"> {
  const { value, problems } = parsePacketOptions(fields);
  if (value === null) throw new Error(JSON.stringify(problems));
  return value;
}

const WAY: Fields = { iif: "eth0", src: "10.0.0.9", dst: "10.1.0.9", proto: "tcp", dport: 80 };

function walk(program: Program, fields: Fields, at?: Start): readonly Outcome[] {
  const { packet, arrival } = injection(fields);
  return walkPacket(program, packet, arrival, at === undefined ? {} : { at }).outcomes;
}

/** `drop IF set s has 10.0.0.9` for each outcome. */
function told(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.map(({ verdict, oif, conditions }) =>
    [
      verdict,
      ...(oif === null ? [] : [oif]),
      ...conditions.map((c) => `${c.assumed ? "IF" : "IF NOT"} ${c.what}`),
    ].join(" "),
  );
}

describe("what the snapshot does not say", () => {
  it("asks whether a set without a dump has the element, once for all rules", () => {
    const rules = forwardRules("-m set --match-set s src -j DROP", "-m set ! --match-set s src -j ACCEPT", "-j REJECT");
    expect(told(walk(programOf({ ...NODE, ...rules }), WAY))).toEqual([
      "accept eth1 IF NOT set s has 10.0.0.9",
      "drop IF set s has 10.0.0.9",
    ]);
  });

  it("says why: no dump at all, or a dump without this set", () => {
    const rules = forwardRules("-m set --match-set s src -j DROP");
    const why = (files: Files): readonly string[] =>
      walk(programOf({ ...NODE, ...rules, ...files }), WAY).flatMap(({ conditions }) => conditions.map((c) => c.why));
    expect(why({})).toEqual(["no ipset dump", "no ipset dump"]);
    const other = "create t hash:ip family inet hashsize 1024 maxelem 65536\n";
    expect(why({ "ipset-save.txt": other })).toEqual(Array(2).fill("set s is not in the ipset dump"));
  });

  it("assumes no rules where there is no dump of the family, and says so", () => {
    expect(told(walk(programOf(NODE), WAY))).toEqual([
      "accept eth1 IF no IPv4 rules are loaded",
      "unknown IF NOT no IPv4 rules are loaded",
    ]);
  });

  it("asks whether the node forwards, which no default tells", () => {
    const files = { ...NODE, ...forwardRules() };
    const tried = (sysctls: string): readonly string[] =>
      told(walk(programOf({ ...files, "sysctl.txt": sysctls }), WAY));
    const asked = ["accept eth1 IF net.ipv4.ip_forward is 1", "drop IF NOT net.ipv4.ip_forward is 1"];
    expect(tried("net.ipv4.tcp_ecn = 2\n")).toEqual(asked);
    expect(tried("net.ipv4.conf.eth1.forwarding = 1\n")).toEqual(asked);
    expect(tried("net.ipv4.conf.eth0.forwarding = 1\n")).toEqual(["accept eth1"]);
    expect(tried("net.ipv4.conf.all.forwarding = 0\n")).toEqual(["drop"]);
    expect(tried("net.ipv4.ip_forward = 1\nnet.ipv4.conf.eth0.forwarding = 0\n")).toEqual(["drop"]);
  });

  it("asks for the device where no file tells routes", () => {
    const rules = forwardRules("-o eth7 -j DROP");
    const outcomes = walk(programOf({ "sysctl.txt": "net.ipv4.ip_forward = 1\n", ...rules }), WAY);
    expect(told(outcomes)).toEqual(
      expect.arrayContaining([
        "drop IF NOT the destination is an address of this node IF the packet leaves by eth7",
        "accept IF the destination is an address of this node",
      ]),
    );
  });

  it("does not know what an unknown match or target does", () => {
    const program = programOf({ ...NODE, ...forwardRules("-m mystery --flag -j DROP") });
    expect(told(walk(program, WAY))).toEqual([
      "accept eth1 IF NOT -m mystery --flag at filter/FORWARD/1",
      "drop IF -m mystery --flag at filter/FORWARD/1",
    ]);
    const target = programOf({ ...NODE, ...forwardRules("-p udp -j MYSTERY --flag") });
    expect(told(walk(target, WAY))).toEqual(["accept eth1"]);
    expect(told(walk(target, { ...WAY, proto: "udp" }))).toEqual(["unknown"]);
  });

  it("makes no difference where another test of the rule says no", () => {
    const program = programOf({ ...NODE, ...forwardRules("-m set --match-set s src -m mark --mark 0x1 -j DROP") });
    expect(told(walk(program, WAY))).toEqual(["accept eth1"]);
  });
});

describe("chances", () => {
  it("add up to 1, the likeliest first", () => {
    const rules = [0.25, 0.5].map((p) => `-m statistic --mode random --probability ${String(p)} -j DROP`);
    const outcomes = walk(programOf({ ...NODE, ...forwardRules(...rules) }), WAY);
    expect(outcomes.map(({ verdict, probability }) => [verdict, probability?.toFixed(3)])).toEqual([
      ["drop", "0.625"],
      ["accept", "0.375"],
    ]);
  });

  it("of a multipath route are its weights", () => {
    const routes =
      "default\n\tnexthop via 10.1.0.3 dev eth1 weight 3\n\tnexthop via 10.0.0.3 dev eth0 weight 1\n10.0.0.0/24 dev eth0 scope link\n";
    const program = programOf({ ...NODE, ...forwardRules(), "ip-route.txt": routes });
    const outcomes = walk(program, { ...WAY, dst: "99.9.9.9" });
    expect(outcomes.map(({ oif, probability }) => [oif, probability])).toEqual([
      ["eth1", 0.75],
      ["eth0", 0.25],
    ]);
  });

  it("are cut at 64 ways, and the rest is unknown", () => {
    const marks = Array.from(
      { length: 7 },
      (_, i) => `-m statistic --mode random --probability 0.5 -j MARK --set-xmark ${String(1 << i)}/${String(1 << i)}`,
    );
    const rules = `*mangle\n:FORWARD ACCEPT [0:0]\n${marks.map((mark) => `-A FORWARD ${mark}\n`).join("")}COMMIT\n`;
    const outcomes = walk(programOf({ ...NODE, "iptables-save.txt": rules }), WAY);
    expect(outcomes).toHaveLength(65);
    expect(outcomes.at(-1)).toMatchObject({ verdict: "unknown", reason: "limit" });
  });
});

describe("a packet that is forwarded by lo", () => {
  const routes = "10.9.0.0/16 dev lo scope link\n10.0.0.0/24 dev eth0 scope link\n";
  const goingRound = (rule: string): Outcome | undefined =>
    walk(
      programOf({
        ...NODE,
        "iptables-save.txt": `*mangle\n:FORWARD ACCEPT [0:0]\n${rule}COMMIT\n`,
        "ip-route.txt": routes,
      }),
      {
        ...WAY,
        dst: "10.9.0.9",
        ttl: 255,
      },
    )[0];

  it("comes round until its TTL is used up", () => {
    expect(goingRound("")).toMatchObject({ verdict: "drop", reason: "ttl" });
  });

  it("is followed no further where a rule raises the TTL again", () => {
    expect(goingRound("-A FORWARD -j TTL --ttl-set 9\n")).toMatchObject({ verdict: "unknown", reason: "limit" });
  });
});

/** The same program, its chains without an index. */
function withoutIndex(program: Program): Program {
  const bare = (chain: CompiledChain): CompiledChain => ({ ...chain, index: null });
  const bareTable = (table: CompiledTable): CompiledTable => ({
    ...table,
    chain(name) {
      const chain = table.chain(name);
      return chain === null ? null : bare(chain);
    },
  });
  const bareEntry = (entry: HookEntry): HookEntry =>
    entry.kind === "chain"
      ? { ...entry, chain: { ...entry.chain, table: bareTable(entry.chain.table), chain: bare(entry.chain.chain) } }
      : entry;
  const { ip } = program.families;
  return {
    ...program,
    families: { ...program.families, ip: { ...ip, hooks: { ...ip.hooks, forward: ip.hooks.forward.map(bareEntry) } } },
  };
}

const anyRule = fc
  .record({
    address: fc.constantFrom(
      "-d 10.1.0.9/32",
      "-d 10.1.0.8/32",
      "-d 10.1.0.7/32",
      "-s 10.0.0.9/32",
      "-d 10.1.0.0/24",
      "! -d 10.1.0.9/32",
    ),
    test: fc.constantFrom("", "-p tcp -m tcp --dport 80", "-p udp -m udp --dport 80", "-m mark --mark 0x1/0x1"),
    target: fc.constantFrom(
      "",
      "-j MARK --set-xmark 0x1/0x1",
      "-j MARK --set-xmark 0x2/0x3",
      "-j USER",
      "-j RETURN",
      "-j DROP",
    ),
  })
  .map(({ address, test, target }) => `${address} ${test} ${target}`.replaceAll(/ +/g, " ").trim());

describe("the index of a long chain", () => {
  it("changes nothing", () => {
    let indexed = 0;
    fc.assert(
      fc.property(fc.array(anyRule, { minLength: 33, maxLength: 60 }), fc.constantFrom(7, 8, 9), (rules, host) => {
        const program = programOf({ ...NODE, ...forwardRules(...rules) });
        const [entry] = program.families.ip.hooks.forward;
        if (entry?.kind === "chain" && entry.chain.chain.index !== null) indexed++;
        const fields = { ...WAY, dst: `10.1.0.${String(host)}` };
        expect(walk(program, fields)).toEqual(walk(withoutIndex(program), fields));
      }),
    );
    expect(indexed).toBeGreaterThan(10);
  });
});

const NAT: Files = {
  "iptables-save.txt": `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 10.9.9.9/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.1.0.9:8080
-A POSTROUTING -o eth1 -j MASQUERADE
COMMIT
*filter
:FORWARD DROP [0:0]
-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A FORWARD -i eth0 -m conntrack --ctstate NEW -j ACCEPT
COMMIT
`,
};

describe("a whole connection", () => {
  it("carries the translation on to the answer and the third packet", () => {
    const { packet, arrival } = injection({ ...WAY, dst: "10.9.9.9" });
    const { packets } = walkFlow(programOf({ ...NODE, ...NAT }), packet, arrival);
    const [one, two, three] = packets.map(({ role, trace }) => {
      const [outcome] = trace.outcomes;
      return { role, ctstate: outcome?.ctstate, oif: outcome?.oif, packet: outcome?.packet };
    });
    const [client, service, node, pod] = [injection(WAY).packet.src, packet.dst, 0x0a01_0001, 0x0a01_0009];
    expect(one).toMatchObject({
      ctstate: "new",
      oif: "eth1",
      packet: { src: node, sport: 40000, dst: pod, dport: 8080, tcpFlags: 2 },
    });
    expect(two).toMatchObject({
      ctstate: "established",
      oif: "eth0",
      packet: { src: service, sport: 80, dst: client, dport: 40000, tcpFlags: 18 },
    });
    expect(three).toMatchObject({
      ctstate: "established",
      oif: "eth1",
      packet: { src: node, dst: pod, dport: 8080, tcpFlags: 16 },
    });
  });

  it("ends where a packet does not get through", () => {
    const { packet, arrival } = injection({ ...WAY, iif: "eth1", src: "10.1.0.9", dst: "10.0.0.9" });
    const { packets } = walkFlow(programOf({ ...NODE, ...NAT }), packet, arrival);
    expect(packets.map(({ role, trace }) => [role, trace.outcomes[0]?.verdict])).toEqual([["first", "drop"]]);
  });

  it("takes the answer in by the device that it is told", () => {
    const { packet, arrival } = injection(WAY);
    const { packets } = walkFlow(programOf({ ...NODE, ...NAT }), packet, arrival, { replyIif: "eth7" });
    expect(packets[1]?.trace.arrival.iif).toBe("eth7");
  });
});

describe("what a walk leaves behind", () => {
  it("is carried on in the state, and nowhere else", () => {
    const program = programOf({ ...NODE, ...NAT });
    const state = new NodeState(program);
    const { packet, arrival } = injection(WAY);
    walkPacket(program, packet, arrival, { state });
    expect(state.conntrack.size).toBe(1);
    walkPacket(program, packet, arrival);
    expect(new NodeState(program).conntrack.size).toBe(0);
  });

  it("is nothing where the packet was dropped", () => {
    const program = programOf({ ...NODE, ...NAT });
    const state = new NodeState(program);
    const { packet, arrival } = injection({ ...WAY, iif: "eth1", src: "10.1.0.9", dst: "10.0.0.9" });
    walkPacket(program, packet, arrival, { state });
    expect(state.conntrack.size).toBe(0);
  });
});

describe("--at", () => {
  const tables = ["mangle", "filter"].map((table) => `*${table}\n:FORWARD ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\nCOMMIT\n`);
  const post = "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n";
  const program = programOf({ ...NODE, "iptables-save.txt": tables.join("") + post });
  const hooksOf = (outcomes: readonly Outcome[]): readonly string[] => [
    ...new Set(outcomes[0]?.steps.flatMap((step) => (step.kind === "policy" ? [step.hook] : []))),
  ];

  it.each([
    ["prerouting", ["forward"]],
    ["forward", ["forward"]],
    ["input", ["input"]],
    ["postrouting", []],
  ] as const)("starts at %s and goes on from there", (at, hooks) => {
    expect(hooksOf(walk(program, WAY, at))).toEqual(hooks);
  });

  it("has the packet's flow and device already, without a step that tells how", () => {
    const rules = "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -o eth1 -m conntrack --ctstate NEW -j ACCEPT\nCOMMIT\n";
    const [outcome] = walk(programOf({ ...NODE, "sysctl.txt": "", "iptables-save.txt": rules }), WAY, "forward");
    expect(outcome?.steps.map(({ kind }) => kind)).toEqual(["rule"]);
    expect([outcome?.verdict, outcome?.oif, outcome?.packet.ttl]).toEqual(["accept", "eth1", 64]);
  });
});
