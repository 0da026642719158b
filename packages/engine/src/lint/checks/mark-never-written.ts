import { printHex } from "../../base/hex.ts";
import { routingRuleText, routingRuleView } from "../../explain/node.ts";
import { knownWholeMark, markClaims } from "../../owners/mark-claims.ts";
import type { Owner } from "../../owners/owner.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { bitsWritten, markUses } from "../mark-uses.ts";
import type { MarkUses } from "../mark-uses.ts";
import { eachOnce, ownerOf, placeOf } from "../reached.ts";
import type { ReachedRule } from "../reached.ts";
import { someLines } from "../rule-faults.ts";

const NAME = "mark-never-written";

/** Bits of a mark that rules or routing rules ask for and that no rule and no known program sets. */
export const markNeverWritten: Check = {
  name: NAME,
  severities: ["info"],
  example: ["600:    from all fwmark 0x3000/0x3000 lookup 100"],
  run: (subject) =>
    eachOnce(
      markUses(subject).flatMap((uses) =>
        uses.isOpen ? [] : [...askedByRules(subject, uses), ...askedByRouting(subject, uses)],
      ),
    ),
};

function* askedByRules(subject: Subject, uses: MarkUses): Iterable<Finding> {
  const written = bitsWritten(uses);
  const unset = new Map<
    string,
    { readonly bits: number; readonly field: "mark" | "ctmark"; readonly by: ReachedRule[] }
  >();
  for (const { field, bits, by } of uses.reads) {
    if ((bits & written[field]) !== 0 || isClaimed(bits, ownerOf(subject, by))) continue;
    const key = `${field} ${String(bits)}`;
    const known = unset.get(key);
    if (known === undefined) unset.set(key, { bits, field, by: [by] });
    else known.by.push(by);
  }
  for (const { bits, field, by } of unset.values()) {
    const [first] = by;
    if (first === undefined) continue;
    yield {
      check: NAME,
      severity: "info",
      message: field === "mark" ? "mark-never-written" : "connmark-never-written",
      params: { bits: printHex(bits) },
      where: placeOf(first),
      related: someLines(by),
      witness: null,
    };
  }
}

function* askedByRouting({ node }: Subject, uses: MarkUses): Iterable<Finding> {
  const written = bitsWritten(uses);
  for (const { rule, bits } of uses.routing ?? []) {
    if ((bits & written.mark) !== 0) continue;
    if (isClaimed(bits, node().owners.routingRule(routingRuleView(rule))?.owner ?? null)) continue;
    const { span, family } = rule;
    yield {
      check: NAME,
      severity: "info",
      message: "routing-mark-never-written",
      params: { bits: printHex(bits) },
      where: { family, table: null, chain: null, rule: null, span },
      related: [{ span, text: `${String(rule.priority)}: ${routingRuleText(rule)}` }],
      witness: null,
    };
  }
}

/** Whoever writes a rule for marks of its own sets them when it has use for them. */
function isClaimed(bits: number, owner: Owner | null): boolean {
  if (owner === null) return (knownWholeMark(bits)?.elsewhere ?? null) !== null;
  const claims = markClaims.filter((claim) => claim.owner === owner.name).map((claim) => claim.bits);
  const fields = owner.marks.fields.map(({ mask }) => mask);
  return [...claims, ...fields].some((own) => (own & bits) !== 0);
}
