import type { Check, Finding } from "../finding.ts";
import { firstLines, ruleAt } from "../lines.ts";
import type { SetUse } from "../set-uses.ts";
import { setUses } from "../set-uses.ts";

const NAME = "set-missing";

/** Rules that name a set which the dump of sets lacks, with members or without: the kernel refuses a rule whose set is not there (case sets/, `ipset save`). */
export const setMissing: Check = {
  name: NAME,
  severities: ["warning"],
  example: ["iptables-save.txt:5  -A INPUT -m set --match-set admins src -j ACCEPT"],
  run({ snapshot: { sets, diagnostics }, node }) {
    if (sets === null) return [];
    const listed = new Set(sets.map(({ name }) => name));
    for (const { code, params } of diagnostics) if (code === "terse-set") listed.add(String(params["set"]));
    const missing = new Map<string, SetUse[]>();
    for (const use of setUses(node())) {
      if (listed.has(use.set)) continue;
      const before = missing.get(use.set);
      if (before === undefined) missing.set(use.set, [use]);
      else before.push(use);
    }
    return [...missing.values()].flatMap(findingsOf);
  },
};

function findingsOf(uses: readonly SetUse[]): readonly Finding[] {
  const [first] = uses;
  if (first === undefined) return [];
  return [
    {
      check: NAME,
      severity: "warning",
      message: "set-missing",
      params: { set: first.set, count: uses.length },
      where: ruleAt(first.place),
      related: firstLines(uses.map(({ place }) => place)),
      witness: null,
    },
  ];
}
