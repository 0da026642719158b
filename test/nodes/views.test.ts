import type { Rule, Snapshot, Trace, ViewDifference } from "@hookwalk/engine";
import { compileProgram, printRule, speaker, traceDocument, walkPacket } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { readOrder } from "../../packages/cli/src/commands/packet-order.ts";
import { layOut } from "../../packages/cli/src/terminal/layout.ts";
import { readNode } from "./node.ts";

/** The ACK node with some of its files left out, or changed. */
function ack(edit: (path: string, text: string) => string = (_, text) => text): Snapshot {
  return readNode("ack-cilium", ({ path, text }) => edit(path, text));
}

const only = (kept: string): Snapshot =>
  ack((path, text) => (/^(iptables|nft)/.test(path) && path !== kept ? "" : text));

function walked(snapshot: Snapshot, fields: Readonly<Record<string, unknown>>): Trace {
  const program = compileProgram(snapshot);
  const read = readOrder(new Map(Object.entries(fields)), program.links);
  if ("problems" in read) throw new Error(read.problems.join("; "));
  return walkPacket(program, read.order.packet, read.order.arrival, read.order.options);
}

function rulesOf(snapshot: Snapshot): readonly (readonly [string, Rule])[] {
  return (["ip", "ip6"] as const).flatMap((family) =>
    (snapshot.tables[family] ?? []).flatMap(({ name, rules }) =>
      rules.map((rule) => [`${family} ${name} ${printRule(rule, family)}`, rule] as const),
    ),
  );
}

function differences(snapshot: Snapshot, kind: ViewDifference["kind"]): readonly string[] {
  const places = snapshot.views.flatMap(({ table, differences: all }) =>
    all
      .filter((one) => one.kind === kind)
      .map(({ chain, number }) => `${table.family} ${table.name} ${chain} ${String(number)}`),
  );
  return [...new Set(places)];
}

/** Every rule whose mark match the older iptables-save lost. */
const LOST = [
  ...[1, 4, 5].map((number) => `ip mangle CILIUM_PRE_mangle ${String(number)}`),
  "ip filter CILIUM_INPUT 1",
  ...[1, 2, 3].map((number) => `ip filter CILIUM_OUTPUT ${String(number)}`),
  ...[1, 2, 3, 4].map((number) => `ip raw CILIUM_OUTPUT_raw ${String(number)}`),
  "ip raw CILIUM_PRE_raw 1",
];

const TO_OUTSIDE = { iif: "lxc0c3594138df7", src: "10.0.0.2", dst: "203.0.113.53", proto: "udp", dport: 53 };

describe("the ACK node through both of its listings", () => {
  const snapshot = ack();

  it("is told whole: no rule has a part that nobody tells", () => {
    expect(rulesOf(snapshot).filter(([text]) => text.includes("lost"))).toEqual([]);
    expect(walked(snapshot, TO_OUTSIDE).caveats).toEqual([]);
  });

  it("names the 12 rules whose mark matches iptables-save lost, and the one that nft inverts", () => {
    expect(differences(snapshot, "lost-match").toSorted()).toEqual(LOST.toSorted());
    expect(differences(snapshot, "inverted")).toEqual(["ip filter KUBE-FIREWALL 1"]);
  });

  it.each([
    [
      "mangle",
      '-A CILIUM_PRE_mangle ! -o lo -m socket --transparent -m mark ! --mark 0xe00/0xf00 -m mark ! --mark 0x800/0xf00 -m comment --comment "cilium: any->pod redirect proxied traffic to host proxy" -j MARK --set-xmark 0x200/0xffffffff',
    ],
    [
      "mangle",
      '-A CILIUM_PRE_mangle -i lxc+ -m comment --comment "cilium: primary ENI" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80',
    ],
    [
      "mangle",
      '-A CILIUM_PRE_mangle -p udp -m mark --mark 0x95a40200 -m comment --comment "cilium: TPROXY to host cilium-dns-egress proxy" -j TPROXY --on-port 42133 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff',
    ],
    [
      "filter",
      "-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP",
    ],
  ])("puts a rule of %s together as it stands in the kernel", (table, rule) => {
    expect(rulesOf(snapshot).map(([text]) => text)).toContain(`ip ${table} ${rule}`);
  });

  it("keeps who told what", () => {
    const mangle = snapshot.views.find(({ table }) => table.family === "ip" && table.name === "mangle");
    const rule = mangle?.table.rules.find(({ chain }) => chain === "CILIUM_PRE_mangle");
    const origin = rule === undefined ? undefined : mangle?.origins.get(rule);
    expect(origin?.shown.map((shown) => shown?.file)).toEqual(["nft-ruleset.txt", "iptables-save.txt"]);
    expect([...(origin?.parts ?? [])]).toEqual([
      [1, 0],
      [2, 0],
      [3, 1],
    ]);
  });

  it("drops what the outside sends to loopback addresses in kubelet's rule, where they are routed at all", () => {
    const open = ack((path, text) =>
      path === "sysctl.txt" ? text.replaceAll("route_localnet = 0", "route_localnet = 1") : text,
    );
    const [outcome] = walked(open, {
      iif: "eth0",
      src: "10.0.0.9",
      dst: "127.0.0.1",
      proto: "tcp",
      dport: 22,
    }).outcomes;
    expect(outcome?.verdict).toBe("drop");
    const last = outcome?.steps.findLast((step) => step.kind === "rule");
    expect(last).toMatchObject({ chain: "KUBE-FIREWALL", number: 1 });
  });
});

describe("the ACK node through one listing alone", () => {
  it("iptables-save: what it lost is unknown, and the answer says so first", () => {
    const snapshot = only("iptables-save.txt");
    expect(snapshot.tables.ip?.map(({ name }) => name).toSorted()).toEqual(["filter", "mangle", "nat", "raw"]);
    // The rule that asks for a socket is bare in older versions of Cilium: nobody can tell that this one lost two marks.
    expect(differences(snapshot, "lost-match").toSorted()).toEqual(
      LOST.filter((place) => place !== LOST[0]).toSorted(),
    );
    const trace = walked(snapshot, TO_OUTSIDE);
    expect(trace.caveats.map(({ what }) => what)).toEqual([
      "11 rules are known only in part, and what hangs on that is unknown",
      "rules of nat, mangle, filter, raw that are not listed are not there",
    ]);
    expect(trace.outcomes.length).toBeGreaterThan(1);
    expect(trace.outcomes.flatMap(({ conditions }) => conditions.map(({ what, why }) => `${what} (${why})`))).toContain(
      "-m mark, which the listing has lost at raw/CILIUM_PRE_raw/1 (listing)",
    );
    const [first] = layOut(traceDocument(trace, speaker("en"), { verbosity: 0 }), { colour: false, width: 200 }).split(
      "\n",
    );
    expect(first).toBe(
      "  ? 11 rules are known only in part, and what hangs on that is unknown (iptables-save.txt does not tell all of it)",
    );
  });

  it("nft: its words are read as the rules that they stand for, kubelet's is known", () => {
    const snapshot = only("nft-ruleset.txt");
    expect(snapshot.nft).toEqual([]);
    const [outcome, ...others] = walked(snapshot, { ...TO_OUTSIDE, mark: "0x95a40200" }).outcomes;
    expect(others).toEqual([]);
    expect(outcome).toMatchObject({ verdict: "accept", delivery: "local", conditions: [] });
    expect(differences(snapshot, "inverted")).toEqual(["ip filter KUBE-FIREWALL 1"]);
  });
});
