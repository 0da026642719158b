import { printTime } from "../../ext/nft/time.ts";
import type { NftObject } from "../../model/nft.ts";
import type { Json, JsonObject } from "../json.ts";
import { jsonText, listOf, numberOf, pairsIn, textOf } from "./reader.ts";

type Pair = NftObject["body"][number];

const HEAD: ReadonlySet<string> = new Set(["family", "table", "name", "handle", "comment"]);

/** What an object says beside its name, in pairs as nft's text has them. */
export function readBody(type: string, value: JsonObject): NftObject["body"] {
  if (type === "synproxy") return synproxyPairs(value);
  return value.entries.filter(([key]) => !HEAD.has(key)).map(([key, inner]) => [key, textIn(type, key, inner)]);
}

/** `mss`, `wscale`, and of the flags one pair each. */
export function synproxyPairs(value: Json): NftObject["body"] {
  return pairsIn(value).flatMap(([key, inner]): readonly Pair[] => {
    if (key === "flags") return listOf(inner).map((flag): Pair => [textOf(flag) ?? "", ""]);
    return HEAD.has(key) ? [] : [[key, textOf(inner) ?? jsonText(inner)]];
  });
}

function textIn(type: string, key: string, value: Json): string {
  // Milliseconds.
  if (type === "ct expectation" && key === "timeout") return printTime((numberOf(value) ?? 0) / 1000);
  if (type === "ct timeout" && key === "policy") {
    return pairsIn(value)
      .map(([state, seconds]) => `${state} : ${textOf(seconds) ?? jsonText(seconds)}`)
      .join(", ");
  }
  return value.kind === "scalar" ? value.text : jsonText(value);
}
