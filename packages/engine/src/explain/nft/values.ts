import { list } from "../../messages/explain/phrase.ts";
import type { Part } from "../../messages/explain/phrase.ts";
import type { NftExpression } from "../../model/nft.ts";
import { markText } from "../bits.ts";
import { devicePhrase } from "../devices.ts";
import { statePart } from "../states.ts";
import { fieldPhrase } from "./fields.ts";
import { markSource, markValue } from "./mark-arithmetic.ts";
import { textOf } from "./scope.ts";
import type { NftScope } from "./scope.ts";

const DEVICE_KEYS: ReadonlySet<string> = new Set(["iif", "iifname", "oif", "oifname", "ibrname", "obrname"]);

/** What a field is compared with, as nft prints it, and what is known of it: devices, marks, states. */
export function valuePart(value: NftExpression, field: NftExpression, scope: NftScope): Part {
  if (value.kind === "concat")
    return list(
      "concat",
      value.parts.map((part, at) => partAt(part, at, field, scope)),
    );
  if (value.kind !== "literal") return fieldPhrase(value, scope);
  if (isDevice(field) || (field.kind === "fib" && field.result !== "type"))
    return devicePhrase(value.text, "*", scope.node);
  if (field.kind === "ct" && field.key === "state") return statePart(value.text);
  const bits = markSource(field) === null ? null : markValue(value);
  if (bits === null) return textOf(value);
  return markText(value.text, { value: bits.flip, mask: 0xffff_ffff }, scope);
}

/** One of a concatenation belongs to the field in its place. */
function partAt(part: NftExpression, at: number, field: NftExpression, scope: NftScope): Part {
  const own = field.kind === "concat" ? field.parts[at] : undefined;
  return own === undefined ? textOf(part) : valuePart(part, own, scope);
}

export function isDevice(field: NftExpression): field is Extract<NftExpression, { readonly kind: "meta" }> {
  return field.kind === "meta" && DEVICE_KEYS.has(field.key);
}
