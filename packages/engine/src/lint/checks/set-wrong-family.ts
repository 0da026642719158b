import { findSetType } from "../../ext/set/types.ts";
import type { Check, Finding } from "../finding.ts";
import { ruleAt, ruleLine, setLine } from "../lines.ts";
import type { KnownSetUse } from "../set-uses.ts";
import { knownSetUses } from "../set-uses.ts";

const NAME = "set-wrong-family";

/**
 * Rules of one family that name a set of the other: iptables refuses them, and the kernel answers no without a look
 * (ip_set_core.c ip_set_test; extensions/libxt_set.h get_set_byname).
 */
export const setWrongFamily: Check = {
  name: NAME,
  severities: ["warning"],
  example: [
    "iptables-save.txt:5  -A INPUT -m set --match-set admins src -j DROP",
    "ipset-save.txt:1  create admins hash:ip family inet6 hashsize 1024 maxelem 65536",
  ],
  run: ({ node }) => knownSetUses(node()).filter(isOfOtherFamily).map(findingOf),
};

function isOfOtherFamily({ found, place }: KnownSetUse): boolean {
  const type = findSetType(found.type);
  const hasFamily = type !== null && (type.hasFamily || type.dimensions.includes("ip"));
  return hasFamily && found.family !== place.table.family;
}

function findingOf({ place, set, found, negated, how }: KnownSetUse): Finding {
  const families = { ip: "IPv4", ip6: "IPv6" };
  return {
    check: NAME,
    severity: "warning",
    message: how === "match" && negated ? "set-of-other-family-always" : "set-of-other-family",
    params: { set, has: families[found.family], asks: families[place.table.family] },
    where: ruleAt(place),
    related: [ruleLine(place), setLine(found)],
    witness: null,
  };
}
