import type { Node } from "../../explain/node.ts";
import type { IpSet } from "../../model/sets.ts";
import type { Check, Finding } from "../finding.ts";
import { ruleAt, ruleLine, setLine } from "../lines.ts";
import type { KnownSetUse } from "../set-uses.ts";
import { knownSetUses } from "../set-uses.ts";

const NAME = "set-wrong-dimensions";

/**
 * Rules that name fewer sides than their set has dimensions: the kernel answers no without a look (ip_set_core.c ip_set_test,
 * ip_set_add; case sets/too-few-dimensions). More sides than dimensions are ignored.
 */
export const setWrongDimensions: Check = {
  name: NAME,
  severities: ["warning", "info"],
  example: [
    "iptables-save.txt:5  -A INPUT -m set --match-set open dst -j ACCEPT",
    "ipset-save.txt:1  create open hash:ip,port family inet hashsize 1024 maxelem 65536",
  ],
  run: ({ node }) => knownSetUses(node()).flatMap((use) => findingsOf(use, node())),
};

function findingsOf(use: KnownSetUse, node: Node): readonly Finding[] {
  const { found, set, sides, place } = use;
  const wanted = dimensionsOf(found, node);
  const isList = found.type === "list:set";
  if (sides.length === wanted || (isList && sides.length > wanted)) return [];
  const params = { set, sides: sides.join(","), type: found.type };
  const common = {
    check: NAME,
    params,
    where: ruleAt(place),
    related: [ruleLine(place), setLine(found)],
    witness: null,
  };
  if (sides.length > wanted) return [{ ...common, severity: "info", message: "set-sides-ignored" }];
  return [{ ...common, severity: "warning", message: messageOf(use) }];
}

function messageOf({ how, negated }: KnownSetUse): "set-never-changed" | "set-always-matches" | "set-never-matches" {
  if (how === "add" || how === "del") return "set-never-changed";
  return negated ? "set-always-matches" : "set-never-matches";
}

/** Of a list of sets, those of the member that has the fewest: a member with more than the rule has sides is passed over. */
function dimensionsOf({ type, dimensions, elements }: IpSet, { sets }: Node): number {
  if (type !== "list:set") return dimensions.length;
  const members = elements.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === "set" ? [part.name] : [])));
  const sizes = members.map((name) => sets.get(name)?.dimensions.length ?? 1);
  return sizes.length === 0 ? 1 : Math.min(...sizes);
}
