import type { NamedText } from "@hookwalk/engine";
import { compileProgram, lintSnapshot, parsePacketOptions, walkPacket } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { readNode } from "./node.ts";

/** What is known to be wrong with the node of each document, and the findings that say so: `check place`. */
const KNOWN: readonly (readonly [node: string, what: string, findings: readonly string[]])[] = [
  ["ack-cilium", "the listing was filtered by grep", ["truncated-dump iptables-save.txt:1"]],
  [
    "ack-cilium",
    "the host's iptables is older than the one that wrote the rules",
    ["version-skewed-dump iptables-save.txt:7"],
  ],
  [
    "ack-cilium",
    "its listing shows none of the marks that 12 rules ask for",
    [
      "view-lost-match CILIUM_PRE_mangle/1",
      "view-lost-match CILIUM_PRE_mangle/4",
      "view-lost-match CILIUM_PRE_mangle/5",
      "view-lost-match CILIUM_INPUT/1",
      "view-lost-match CILIUM_OUTPUT/1",
      "view-lost-match CILIUM_OUTPUT/2",
      "view-lost-match CILIUM_OUTPUT/3",
      "view-lost-match CILIUM_OUTPUT_raw/1",
      "view-lost-match CILIUM_OUTPUT_raw/2",
      "view-lost-match CILIUM_OUTPUT_raw/3",
      "view-lost-match CILIUM_OUTPUT_raw/4",
      "view-lost-match CILIUM_PRE_raw/1",
    ],
  ],
  ["ack-cilium", "nft shows kubelet's rule the other way round", ["view-inverted KUBE-FIREWALL/1"]],
  [
    "ack-cilium",
    "nft shows the bit that Cilium restores as if the others were cleared",
    ["view-inverted CILIUM_PRE_mangle/3"],
  ],
  ["ack-cilium", "the mark of the primary ENI without its routing rule", ["mark-never-read CILIUM_PRE_mangle/2"]],
  ["ack-cilium", "`! -o lo` where there is no output device", ["output-interface-before-routing CILIUM_PRE_mangle/1"]],
  ["ack-cilium", "what comes in by lxc+ is accepted twice", ["shadowed-rule CILIUM_FORWARD/6"]],
  ["ack-cilium", "an ENI without a number, left by Terway", ["eni-without-number ip-rule.txt:17"]],
  [
    "calico-slave1",
    "the policy denies before it allows",
    ["shadowed-rule cali-pi-namespace-default/2", "shadowed-rule cali-pi-namespace-default/3"],
  ],
  [
    "calico-slave2",
    "the policy, and the profile, deny before they allow",
    [
      "shadowed-rule cali-pi-namespace-default/2",
      "shadowed-rule cali-pi-namespace-default/3",
      "shadowed-rule cali-pri-profile-database/2",
      "shadowed-rule cali-pri-profile-database/3",
    ],
  ],
  ["cilium-tunnel", "the site masquerades mark 0x21 twice", ["duplicate-rule POSTROUTING/6"]],
  [
    "cilium-tunnel",
    "the site's marks overwrite those of Cilium and kube-proxy",
    [
      "whole-mark-overwrite PREROUTING/2",
      "whole-mark-overwrite PREROUTING/3",
      "whole-mark-overwrite POSTROUTING/2",
      "whole-mark-overwrite POSTROUTING/3",
    ],
  ],
  ["cilium-tunnel", "the site masquerades a range that holds the pods", ["masquerade-covers-pod-range POSTROUTING/8"]],
];

function findingsOf(node: string, edit?: (file: NamedText) => string): readonly string[] {
  return lintSnapshot(readNode(node, edit)).map(({ check, where: { chain, rule, span } }) =>
    [check, chain === null ? `${span.file}:${String(span.line)}` : `${chain}/${String(rule)}`].join(" "),
  );
}

describe("what is known of the documents' nodes", () => {
  it.each(KNOWN)("%s: %s", (node, _what, findings) => {
    expect(findingsOf(node)).toEqual(expect.arrayContaining([...findings]));
  });

  it.each([...new Set(KNOWN.map(([node]) => node)), "cilium-native"])("%s has nothing else", (node) => {
    const known = KNOWN.flatMap(([of, , findings]) => (of === node ? findings : []));
    expect(findingsOf(node).toSorted()).toEqual(known.toSorted());
  });
});

/** The nodes were completed where the pages leave lines out; as the pages have them, that is found too. */
describe("the listings as the pages print them", () => {
  /** The rules of a node without those of whom the comment above says this, and that many lines behind it. */
  const without =
    (what: string, lines: number) =>
    (file: NamedText): string => {
      const all = file.text.split("\n");
      const at = all.findIndex((line) => line.startsWith("# completed:") && line.includes(what));
      return at < 0 ? file.text : all.toSpliced(at, lines + 1).join("\n");
    };

  /** What the reader says of files, but that it passes by what was marked as completed. */
  const warningsOf = (node: string, edit: (file: NamedText) => string): readonly string[] =>
    readNode(node, edit)
      .diagnostics.filter(({ code }) => code !== "comment-line")
      .map(({ code, span }) => `${code} ${span.file}`);

  it("the endpoint's chain ends too early", () => {
    expect(findingsOf("calico-slave1", without("stops before the chain's last rule", 1))).toContain(
      "calico-hash cali-tw-cali0ef24b1/5",
    );
  });

  it("the chain cali-OUTPUT of raw is not there", () => {
    const edit = (file: NamedText): string =>
      without("(next 3 lines) not on the page", 3)(file).replace(/^:cali-OUTPUT - \[0:0\]\n/m, "");
    expect(findingsOf("calico-slave1", edit)).toContain("missing-jump-target OUTPUT/1");
  });

  it("a mark's value is not there, and the rule is kept as unknown", () => {
    const edit = ({ text }: NamedText): string =>
      text.replace("-o lxc+ -m mark --mark 0xa00/0xfffffeff", "-o lxc+ -m mark --mark");
    expect(warningsOf("cilium-native", edit)).toEqual(["missing-value iptables-save.txt"]);
  });

  it("a masquerade of 100.65.0.0/16 does something that the wider one behind it would not", () => {
    const program = compileProgram(readNode("cilium-tunnel"));
    const packet = { iif: "eth0", src: "100.65.0.5", dst: "100.64.128.9", proto: "tcp", dport: 80 };
    const { value } = parsePacketOptions(new Map(Object.entries(packet)));
    if (value === null) throw new Error("no packet");
    const { outcomes } = walkPacket(program, value.packet, value.arrival, {});
    const matched = outcomes.map(({ steps }) =>
      steps.flatMap((step) => (step.kind === "rule" && step.chain === "POSTROUTING" ? [step.number] : [])),
    );
    expect(matched).toEqual(outcomes.map(() => expect.arrayContaining([7]) as unknown));
  });

  it("tables end without COMMIT", () => {
    const edit = ({ text }: NamedText): string => text.replaceAll(/^# completed: .*\nCOMMIT\n/gm, "");
    expect(warningsOf("cilium-tunnel", edit)).toContain("no-commit iptables-save.txt");
    expect(findingsOf("cilium-tunnel", edit)).toContain("duplicate-rule POSTROUTING/6");
  });
});
