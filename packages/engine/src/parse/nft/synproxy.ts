import type { NftStatement } from "../../model/nft.ts";
import { takeDigits, takeIf, takeNameText } from "./reader.ts";
import type { Reader } from "./reader.ts";

/** In the order in which nft prints them (nftables src/statement.c, synproxy_stmt_print). */
const NUMBERS: readonly string[] = ["mss", "wscale"];
const FLAGS: readonly string[] = ["timestamp", "sack-perm"];

/** `mss 1460 wscale 7 timestamp sack-perm`, in any order. */
export function takeSynproxyOptions(reader: Reader): (readonly [name: string, value: string])[] {
  const found = new Map<string, string>();
  for (let going = true; going;) {
    going = false;
    for (const name of NUMBERS) if (takeIf(reader, name)) going = found.set(name, takeDigits(reader)).size > 0;
    for (const name of FLAGS) if (takeIf(reader, name)) going = found.set(name, "").size > 0;
  }
  return [...NUMBERS, ...FLAGS].flatMap((name) => {
    const value = found.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
}

/** What follows `synproxy`. */
export function readSynproxy(reader: Reader): NftStatement {
  if (takeIf(reader, "name")) return { kind: "synproxy", options: [["name", takeNameText(reader)]] };
  return { kind: "synproxy", options: takeSynproxyOptions(reader) };
}
