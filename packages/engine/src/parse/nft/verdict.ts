import type { NftVerdict } from "../../model/nft.ts";
import { takeNameText } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { advance } from "./scanner.ts";

const VERDICTS: ReadonlyMap<string, NftVerdict> = new Map([
  ["accept", { kind: "accept" }],
  ["drop", { kind: "drop" }],
  ["continue", { kind: "continue" }],
  ["return", { kind: "return" }],
]);

/** A verdict, if one stands here. */
export function readVerdict(reader: Reader): NftVerdict | null {
  const { kind, word } = reader.scanner;
  if (kind !== "word") return null;
  if (word === "jump" || word === "goto") {
    advance(reader.scanner);
    return { kind: word, chain: takeNameText(reader) };
  }
  const verdict = VERDICTS.get(word) ?? null;
  if (verdict !== null) advance(reader.scanner);
  return verdict;
}
