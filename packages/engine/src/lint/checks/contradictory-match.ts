import type { NumberField, Test } from "../../program/test.ts";
import type { Check, Finding } from "../finding.ts";
import { linesOf, placedFaults } from "../rule-faults.ts";
import type { PlacedFault } from "../rule-faults.ts";

const NAME = "contradictory-match";

/** Rules whose own matches exclude each other, or one that excludes itself (`--mark 0x5/0x4`). */
export const contradictoryMatch: Check = {
  name: NAME,
  severities: ["warning"],
  example: [
    "-A INPUT -m mark --mark 0x5/0x4 -j DROP  # bit 0 is compared, but not under the mask",
    "-A INPUT -p tcp --dport 22 -m multiport --dports 80,443 -j DROP",
  ],
  run: (subject) => placedFaults(subject).flatMap((placed) => findingsOf(placed)),
};

function findingsOf({ fault: { rule, why }, family, where }: PlacedFault): readonly Finding[] {
  if (why.kind !== "contradictory") return [];
  const parts = why.tests.map(wordsOf).join(", ");
  return [
    {
      check: NAME,
      severity: "warning",
      message: why.tests.length === 1 ? "contradictory-alone" : "contradictory",
      params: { parts },
      where,
      related: linesOf([rule], family),
      witness: null,
    },
  ];
}

/** A test in the words of the rules. */
function wordsOf(test: Test): string {
  if (test.kind === "number" || test.kind === "masked") return FIELDS.get(test.field) ?? test.field;
  if (test.kind === "address" || test.kind === "address-range") return test.field === "src" ? "-s" : "-d";
  if (test.kind === "interface") return test.side === "in" ? "-i" : test.side === "out" ? "-o" : "-m physdev";
  return KINDS.get(test.kind) ?? `-m ${test.kind}`;
}

const FIELDS: ReadonlyMap<NumberField, string> = new Map<NumberField, string>([
  ["proto", "-p"],
  ["l4Proto", "-p"],
  ["sport", "--sport"],
  ["dport", "--dport"],
  ["payloadSport", "--sport"],
  ["payloadDport", "--dport"],
  ["tcpFlags", "--tcp-flags"],
  ["payloadTcpFlags", "--tcp-flags"],
  ["icmpType", "--icmp-type"],
  ["mark", "-m mark"],
  ["ctmark", "-m connmark"],
]);

const KINDS: ReadonlyMap<Test["kind"], string> = new Map<Test["kind"], string>([
  ["l4-header", "-p"],
  ["fragment", "-f"],
  ["any", "one of its matches"],
  ["not", "one of its matches"],
  ["const", "one of its matches"],
]);
