import type { AnyTable, Place } from "../../explain/place.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { isShownWhole } from "../listings.ts";
import { ruleAt, ruleLine } from "../lines.ts";

const NAME = "missing-jump-target";

/** Rules that jump or go to a chain that is not there. */
export const missingJumpTarget: Check = {
  name: NAME,
  severities: ["error", "info"],
  example: ["-A INPUT -p tcp -j LOST  # and no :LOST - [0:0]"],
  run: (subject) => [...byTarget(subject)].map((group) => findingOf(subject, group)),
};

interface Missing {
  readonly chain: string;
  readonly rules: [Place, ...Place[]];
}

/** Once for each chain that is missing. */
function byTarget({ node }: Subject): Iterable<Missing> {
  const known = node();
  const found = new Map<AnyTable, Map<string, Missing>>();
  for (const place of known.rules) {
    for (const chain of place.view.leadsTo) {
      // A map of verdicts: its chains are checked where nft loads it.
      if (chain.startsWith("@") || known.chain(place.table, chain) !== null) continue;
      const inTable = found.get(place.table) ?? new Map<string, Missing>();
      found.set(place.table, inTable);
      const others = inTable.get(chain);
      if (others === undefined) inTable.set(chain, { chain, rules: [place] });
      else others.rules.push(place);
    }
  }
  return [...found.values()].flatMap((inTable) => [...inTable.values()]);
}

function findingOf({ snapshot }: Subject, { chain, rules }: Missing): Finding {
  const [first] = rules;
  const { family } = first.table;
  const isWhole = family === "ip" || family === "ip6" ? isShownWhole(snapshot, family) : true;
  return {
    check: NAME,
    severity: isWhole ? "error" : "info",
    message: isWhole ? "missing-jump-target" : "missing-jump-target-cut",
    params: { chain, table: first.table.name },
    where: ruleAt(first),
    related: rules.slice(0, 8).map(ruleLine),
    witness: null,
  };
}
