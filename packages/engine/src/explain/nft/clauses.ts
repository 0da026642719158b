import { list, negate, phrase } from "../../messages/explain/phrase.ts";
import type { Part, Phrase, ValuePhraseId } from "../../messages/explain/phrase.ts";
import type { NftMatch } from "../../model/nft.ts";
import { bitsClause } from "./bit-clauses.ts";
import { lookupClause } from "./lookups.ts";
import { presenceClause } from "./presence.ts";
import { toldVersion } from "./protocol.ts";
import type { NftScope } from "./scope.ts";
import { isTurned, valuesOf } from "./turned.ts";
import { isDevice, valuePart } from "./values.ts";

/** Fields that are asked in words of their own, where one value or several are named. */
const CLAUSES: ReadonlyMap<string, ValuePhraseId> = new Map<string, ValuePhraseId>([
  ["meta iifgroup", "in-group"],
  ["meta oifgroup", "out-group"],
  ["meta ibriport", "in-port"],
  ["meta obriport", "out-port"],
  ["meta skuid", "owner-uid"],
  ["meta skgid", "owner-gid"],
  ["meta cpu", "cpu"],
  ["meta cgroup", "cgroup-class"],
  ["ct helper", "ct-helper"],
  ["ct direction", "ct-direction"],
  ["osf name", "os-fingerprint"],
]);

/** A match that is said otherwise than by a field and its value; null: it is not. */
export function clauseOf(match: NftMatch, scope: NftScope): readonly Part[] | null {
  const { op, left } = match;
  if (op === "<" || op === ">" || op === "<=" || op === ">=") return null;
  if (left.kind === "fib") return lookupClause(match, left);
  const said = bitsClause(match) ?? presenceClause(match) ?? valueClause(match, scope);
  return said === null ? null : [said];
}

function valueClause(match: NftMatch, scope: NftScope): Phrase | null {
  const { left, right } = match;
  const version = toldVersion({ ...match, op: "in" });
  if (version !== null) return negate(phrase("ip-version", { value: version }), isTurned(match));
  const values = valuesOf(right);
  if (values === null) return null;
  const value = list(
    "or",
    values.map((each) => valuePart(each, left, scope)),
  );
  if (isDevice(left) && !left.key.includes("br")) {
    const clause = phrase(left.key.startsWith("i") ? "in-device" : "out-device", { device: value });
    return negate(clause, isTurned(match));
  }
  const id = "key" in left && typeof left.key === "string" ? CLAUSES.get(`${left.kind} ${left.key}`) : undefined;
  return id === undefined ? null : { id, negated: isTurned(match), params: { value } };
}
