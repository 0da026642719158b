import type { Node } from "../../explain/node.ts";
import type { Check, Finding } from "../finding.ts";
import { ruleAt, ruleLine, setLine } from "../lines.ts";
import type { KnownSetUse } from "../set-uses.ts";
import { knownSetUses, setUses } from "../set-uses.ts";

const NAME = "set-empty";

/** kube-proxy writes the same rules whether a set has members or not, and creates all its sets. */
const WRITES_EMPTY_SETS = "kube-proxy";

/** Rules that accept the members of a set that has none, or refuse all who are no members: nobody gets through by them. */
export const setEmpty: Check = {
  name: NAME,
  severities: ["warning", "info"],
  example: [
    "iptables-save.txt:5  -A INPUT -m set --match-set admins src -j ACCEPT",
    "ipset-save.txt:1  create admins hash:ip family inet hashsize 1024 maxelem 65536",
  ],
  run({ node }) {
    const filled = new Set(setUses(node()).flatMap(({ how, set }) => (how === "add" ? [set] : [])));
    return knownSetUses(node())
      .filter((use) => isGate(use) && use.found.elements.length === 0 && !filled.has(use.set))
      .flatMap((use) => findingsOf(use, node()));
  },
};

/** Does a rule let members through, and nobody else? */
function isGate({ how, negated, place }: KnownSetUse): boolean {
  const { target } = place.rule;
  const accepts = target?.kind === "verdict" && target.verdict === "ACCEPT";
  const refuses =
    (target?.kind === "verdict" && target.verdict === "DROP") ||
    (target?.kind === "target" && target.name === "REJECT");
  return how === "match" && (negated ? refuses : accepts);
}

function findingsOf({ place, set, found, negated }: KnownSetUse, { owners }: Node): readonly Finding[] {
  const owner = owners.set(set, null)?.owner.name ?? owners.rule(place.view).owner?.name ?? null;
  if (owner === WRITES_EMPTY_SETS) return [];
  // Members that come and go by themselves may be gone at this moment.
  const isFleeting = found.options.some(({ name }) => name === "timeout");
  return [
    {
      check: NAME,
      severity: owner === null && !isFleeting ? "warning" : "info",
      message: negated ? "set-empty-refuses" : "set-empty",
      params: { set },
      where: ruleAt(place),
      related: [ruleLine(place), setLine(found)],
      witness: null,
    },
  ];
}
