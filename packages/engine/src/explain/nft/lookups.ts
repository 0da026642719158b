import { list, negate, phrase } from "../../messages/explain/phrase.ts";
import type { Part } from "../../messages/explain/phrase.ts";
import type { NftExpression, NftMatch } from "../../model/nft.ts";
import { lookedUp } from "./fields.ts";
import { textOf } from "./scope.ts";
import { asksFor, isTurned, valuesOf } from "./turned.ts";

/** `fib daddr type local`, `fib saddr . iif oif missing`. */
export function lookupClause(match: NftMatch, fib: NftExpression & { kind: "fib" }): readonly Part[] | null {
  const { flags, result } = fib;
  if (result === "type") return typeClause(match, fib);
  const isThere = asksFor(match);
  if (isThere === null) return null;
  const isSource = flags.includes("saddr");
  const what = lookedUp(fib);
  const said = !flags.includes("iif")
    ? phrase("route-exists", { what })
    : isSource
      ? phrase("rp-check")
      : phrase("route-by-in", { what });
  return [negate(said, !isThere), ...lookupNotes({ ...fib, flags: flags.filter((flag) => flag !== "iif") })];
}

/** What counts in a lookup of a route beside the address. */
export function lookupNotes({ flags }: NftExpression & { kind: "fib" }): readonly Part[] {
  return [
    ...(flags.includes("iif") ? [phrase("route-for-in")] : []),
    ...(flags.includes("oif") ? [phrase("route-by-out")] : []),
    ...(flags.includes("mark") ? [phrase("rp-mark")] : []),
  ];
}

/** Addresses of this node are what such rules are about nearly always. */
function typeClause(match: NftMatch, { flags }: NftExpression & { kind: "fib" }): readonly Part[] | null {
  const values = valuesOf(match.right)?.map(textOf);
  if (values === undefined) return null;
  const side = flags.includes("saddr") ? "source" : "destination";
  const isLocal = values.length === 1 && values[0] === "local";
  const said = isLocal ? phrase(`${side}-local`) : phrase(`${side}-type`, { value: list("or", values) });
  return [
    negate(said, isTurned(match)),
    ...(flags.includes("iif") ? [phrase("type-by-in")] : []),
    ...(flags.includes("oif") ? [phrase("type-by-out")] : []),
  ];
}
