import { readFileSync } from "node:fs";
import { join } from "node:path";
import { explainDocument, explainSnapshot, parseSnapshot, renderPhrase, speaker } from "@hookwalk/engine";
import type { ExplainSelection, Explanation, Language, RuleExplanation, Snapshot } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { layOut } from "../../packages/cli/src/terminal/layout.ts";
import { nodeNames, NODES, readNode } from "./node.ts";

const WIDTH = 100;

function text(explanation: Explanation, language: Language): string {
  return layOut(explainDocument(explanation, speaker(language)), { colour: false, width: WIDTH });
}

describe.each(nodeNames)("%s, explained", (node) => {
  const explanation = explainSnapshot(readNode(node), { kind: "all" });

  it.each(["en", "zh"] as const)("reads as its golden does: %s", async (language) => {
    await expect(text(explanation, language)).toMatchFileSnapshot(join(NODES, node, `goldens/explain.${language}.txt`));
  });

  it("says of every rule that somebody is known for why it is there", () => {
    const rules = explanation.tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
    const silent = rules.filter(({ owner, purpose }) => owner !== null && purpose === null);
    expect(silent).toEqual([]);
  });
});

const tunnel = readNode("cilium-tunnel");

function ruleOf(snapshot: Snapshot, place: string): RuleExplanation {
  const [table = "", chain = "", number = ""] = place.split("/");
  const selection: ExplainSelection = { kind: "rules", family: "ip", table, chain, rule: Number(number) };
  const rules = explainSnapshot(snapshot, selection).tables.flatMap((one) => one.chains.flatMap((each) => each.rules));
  const [rule] = rules;
  if (rule === undefined) throw new Error(`no rule ${place}`);
  return rule;
}

function said(place: string, language: Language = "en", snapshot: Snapshot = tunnel): string {
  return renderPhrase(ruleOf(snapshot, place).says, language);
}

function why(place: string, language: Language = "en", snapshot: Snapshot = tunnel): string {
  const { purpose } = ruleOf(snapshot, place);
  return purpose === null ? "" : renderPhrase(purpose, language);
}

/** What the page says beside these rules, and what they really do. */
describe("the mistakes of the page that cilium-tunnel comes from", () => {
  it("“! --mark 0x23” is any other mark, not a smaller one", () => {
    expect(said("mangle/PREROUTING/2")).toContain("its mark is not 0x23");
    expect(said("mangle/PREROUTING/2", "zh")).toContain("mark 不等于 0x23");
    expect(said("mangle/PREROUTING/2", "zh")).not.toContain("小");
  });

  it("“--set-xmark 0x4000/0x0” flips the bit, and here that clears it: it does not mark for masquerading", () => {
    expect(said("nat/KUBE-POSTROUTING/2")).toContain("bit 0x4000 of its mark flipped by XOR");
    expect(why("nat/KUBE-POSTROUTING/2")).toContain("so flipping it clears it");
    expect(said("nat/KUBE-POSTROUTING/2", "zh")).toContain("0x4000 位按异或（XOR）翻转");
    expect(why("nat/KUBE-POSTROUTING/2", "zh")).toContain("翻转即清零");
  });

  it("“! -o cilium_+” is any device of Cilium's, not cilium_host alone", () => {
    expect(said("nat/CILIUM_POST_nat/1")).toContain(
      "it does not leave by cilium_+ (any device whose name begins with “cilium_”",
    );
    expect(said("nat/CILIUM_POST_nat/1", "zh")).toContain("不从 cilium_+（名称以“cilium_”开头的任何设备");
  });

  it("two TPROXY rules for a proxy are one for tcp and one for udp, not one for each direction", () => {
    expect([2, 3].map((rule) => said(`mangle/CILIUM_PRE_mangle/${String(rule)}`).slice(0, 24))).toEqual([
      "If its protocol is tcp a",
      "If its protocol is udp a",
    ]);
    expect(why("mangle/CILIUM_PRE_mangle/2")).toContain("one for tcp and one for udp");
  });

  it("CILIUM_PRE_mangle has five rules, not four", () => {
    const selection: ExplainSelection = {
      kind: "rules",
      family: null,
      table: "mangle",
      chain: "CILIUM_PRE_mangle",
      rule: null,
    };
    expect(text(explainSnapshot(tunnel, selection), "en").replaceAll(/\s+/g, " ")).toContain("PREROUTING 1. 5 rules.");
  });

  it("the mark of the host is set, nothing is accepted by it", () => {
    expect(said("filter/CILIUM_OUTPUT/3")).toMatch(
      /bits 0xf00 of its mark set to 0xc00 .* goes on to the next rule\.$/,
    );
    expect(said("filter/CILIUM_OUTPUT/3", "zh")).not.toContain("放行");
  });

  it("packets with 0x200 are those for a proxy, not those that no proxy is to have", () => {
    expect(said("raw/CILIUM_PRE_raw/1")).toContain("bits 0xf00 of its mark are 0x200 (to a local proxy)");
    expect(why("raw/CILIUM_PRE_raw/1")).toContain("on its way to a local proxy");
  });

  it("KUBE-MARK-DROP only marks: another table drops", () => {
    expect(said("nat/KUBE-MARK-DROP/1")).not.toContain("is dropped");
    expect(said("nat/KUBE-MARK-DROP/1")).toContain("goes on to the next rule");
    expect(why("nat/KUBE-MARK-DROP/1")).toContain("It only marks");
  });

  it("KUBE-POSTROUTING 1 returns what is not marked, not what no rule before has matched", () => {
    expect(said("nat/KUBE-POSTROUTING/1")).toBe(
      "If bit 0x4000 of its mark is not set (which stands for “to be masqueraded”), the packet returns to the chain that called this one.",
    );
  });

  it("KUBE-SERVICES 1 looks at the source, not at the destination", () => {
    expect(said("nat/KUBE-SERVICES/1")).toContain("its source address is not in 100.64.64.0/18");
    expect(said("nat/KUBE-SERVICES/1", "zh")).toContain("源地址不在 100.64.64.0/18 内");
  });

  it("external addresses: 3 is for senders that are neither this node nor bridged, 4 for addresses of this node", () => {
    expect(said("nat/KUBE-SERVICES/3")).toContain(
      "it did not come in by a bridge port, and its source address is not one of this node's own (LOCAL)",
    );
    expect(said("nat/KUBE-SERVICES/4")).toContain("its destination address is one of this node's own (LOCAL)");
  });

  it("127.0.0.1 to a pod has no condition on the destination", () => {
    expect(said("nat/CILIUM_POST_nat/4")).not.toContain("destination");
  });

  it("“--ctstate DNAT” is a connection whose destination was rewritten, not one that is being rewritten", () => {
    expect(said("nat/CILIUM_POST_nat/5")).toContain("DNAT (the connection's destination was rewritten)");
    expect(said("nat/CILIUM_POST_nat/5", "zh")).toContain("DNAT（该连接的目的地址被改写过）");
  });

  it("of the two rules of KUBE-FORWARD only the second is about connections that exist", () => {
    expect(said("filter/KUBE-FORWARD/1")).toBe(
      "If bit 0x4000 of its mark is set (to be masqueraded), the packet is accepted.",
    );
    expect(said("filter/KUBE-FORWARD/2")).toContain("RELATED, ESTABLISHED");
  });

  it("the listener that a TPROXY rule needs is looked for", () => {
    const needs = (place: string) => ruleOf(tunnel, place).needs.map(({ isMet }) => isMet);
    expect(needs("mangle/CILIUM_PRE_mangle/4")).toEqual([true, true, true]);
    // Envoy listens on tcp alone.
    expect(needs("mangle/CILIUM_PRE_mangle/5")).toEqual([false, true, true]);
  });
});

/** Rules as an ACK node with Cilium 1.18 prints them: what an old iptables leaves out, and what a new one shows. */
describe("an ACK node", () => {
  const socket =
    '-A CILIUM_PRE_mangle ! -o lo -m socket --transparent -m mark ! --mark 0xe00/0xf00 -m mark ! --mark 0x800/0xf00 -m comment --comment "cilium: any->pod redirect proxied traffic to host proxy" -j MARK --set-xmark 0x200/0xffffffff';
  const restore =
    '-A CILIUM_PRE_mangle -i lxc+ -m comment --comment "cilium: primary ENI" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80';
  const tproxy = (test: string): string =>
    `-A CILIUM_PRE_mangle -p tcp ${test}-m comment --comment "cilium: TPROXY to host cilium-dns-egress proxy" -j TPROXY --on-port 42133 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff`;
  const rules = `*mangle
:PREROUTING ACCEPT [0:0]
:CILIUM_PRE_mangle - [0:0]
-A PREROUTING -m comment --comment "cilium-feeder: CILIUM_PRE_mangle" -j CILIUM_PRE_mangle
${socket}
${restore}
${tproxy("")}
${tproxy("-m mark --mark 0x95a40200 ")}
COMMIT
`;
  const routing = `9:	from all fwmark 0x200/0xf00 lookup 2004
20:	from all to 10.0.0.246 lookup main
100:	from all lookup local
111:	from 10.0.0.246 lookup 11
32766:	from all lookup main
32767:	from all lookup default
`;
  const files = [
    { path: "iptables-save.txt", text: rules },
    { path: "ip-rule.txt", text: routing },
  ];
  const ack = parseSnapshot(files, { name: "ack" });
  const notes = (place: string): string =>
    ruleOf(ack, place)
      .notes.map((note) => renderPhrase(note, "en"))
      .join(" ");

  it("decodes the proxy's port", () => {
    expect(said("mangle/CILIUM_PRE_mangle/4", "en", ack)).toContain(
      "0x95a40200 (to a local proxy, listening on port 42133: 0x95a4 is 42133 in network byte order)",
    );
  });

  it("says where a rule has lost its test of the mark", () => {
    expect(notes("mangle/CILIUM_PRE_mangle/3")).toContain("This listing is incomplete: Cilium always writes this rule");
    expect(notes("mangle/CILIUM_PRE_mangle/4")).not.toContain("incomplete");
  });

  it("says that a test of the outgoing device tells nothing in PREROUTING", () => {
    expect(notes("mangle/CILIUM_PRE_mangle/1")).toBe(
      "At PREROUTING no outgoing device is known yet: this test of it always matches.",
    );
  });

  it("says that nobody reads the mark of the primary network card: rule 109 is missing", () => {
    expect(notes("mangle/CILIUM_PRE_mangle/2")).toContain("asks for 0x80 in the mark");
    const repaired = files.map((file) =>
      file.path === "ip-rule.txt" ? { ...file, text: `${file.text}109:	from all fwmark 0x80/0x80 lookup main\n` } : file,
    );
    const rule = ruleOf(parseSnapshot(repaired, { name: "ack" }), "mangle/CILIUM_PRE_mangle/2");
    expect(rule.notes).toEqual([]);
  });

  it("says what its routing rules are for", () => {
    const { routingRules } = explainSnapshot(ack, { kind: "routing-rule", family: null, priority: null });
    expect(
      routingRules.map(({ owner, purpose }) => [owner?.name, purpose === null ? null : renderPhrase(purpose, "en")]),
    ).toEqual([
      [
        "cilium",
        "Packets for a proxy are delivered on this node, whatever their destination address: table 2004 says that every address is local.",
      ],
      ["cilium", "Packets to the local pod 10.0.0.246 take its own route of table main."],
      [
        "cilium",
        "The rule for the node's own addresses. The kernel has it at 0; Cilium moves it behind its rule for proxies, which would never be asked otherwise.",
      ],
      ["cilium", "Packets of the pod 10.0.0.246 leave by the network card that its address belongs to: table 11."],
      ["kernel", "Asked where no rule before it led to a route."],
      ["kernel", "A table for last resorts, usually empty."],
    ]);
  });

  it("knows neither sockets nor routes without their dumps", () => {
    expect(ruleOf(ack, "mangle/CILIUM_PRE_mangle/4").needs.map(({ isMet }) => isMet)).toEqual([null, true, null]);
  });
});

describe("a mark on a node", () => {
  const markOf = (mark: number) => {
    const [found] = explainSnapshot(tunnel, { kind: "mark", mark }).marks;
    if (found === undefined) throw new Error("no mark");
    const place = ({ table, chain, number }: (typeof found.readers)[number]) =>
      `${table.name}/${chain.name}/${String(number)}`;
    return {
      readers: found.readers.map(place),
      writers: found.writers.map(place),
      routing: found.routingRules.map(({ priority }) => priority),
    };
  };

  it("names who asks for it, who sets it, and which routing rule it chooses", () => {
    expect(markOf(0x2342_0200)).toEqual({
      readers: [
        "mangle/CILIUM_PRE_mangle/2",
        "mangle/CILIUM_PRE_mangle/3",
        "raw/CILIUM_PRE_raw/1",
        "filter/CILIUM_INPUT/1",
      ],
      writers: [],
      routing: [9],
    });
    expect(markOf(0x21)).toEqual({
      readers: ["nat/POSTROUTING/5", "nat/POSTROUTING/6"],
      writers: ["mangle/PREROUTING/2", "mangle/PREROUTING/3", "mangle/POSTROUTING/2", "mangle/POSTROUTING/3"],
      routing: [],
    });
  });
});

it("tells nothing that the files of the node do not hold", () => {
  const file = join(NODES, "cilium-tunnel/iptables-save.txt");
  const alone = parseSnapshot([{ path: "iptables-save.txt", text: readFileSync(file, "utf8") }], { name: "alone" });
  expect(ruleOf(alone, "mangle/CILIUM_PRE_mangle/4").needs.map(({ isMet }) => isMet)).toEqual([null, null]);
  const note = ruleOf(alone, "nat/KUBE-SERVICES/1").notes.map((one) => renderPhrase(one, "en"));
  expect(note).toEqual(["What is in set KUBE-CLUSTER-IP is not known: the snapshot has no ipset dump."]);
  expect(explainSnapshot(alone, { kind: "set", name: null }).sets).toBeNull();
});
