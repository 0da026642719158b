import type { SctpChunk, Test } from "../../program/test.ts";
import type { Codec } from "./codec.ts";

/** In the order of their numbers, which is the order in which the tool prints them; 192 and on behind the first 15. */
const CHUNKS = [
  "DATA",
  "INIT",
  "INIT_ACK",
  "SACK",
  "HEARTBEAT",
  "HEARTBEAT_ACK",
  "ABORT",
  "SHUTDOWN",
  "SHUTDOWN_ACK",
  "ERROR",
  "COOKIE_ECHO",
  "COOKIE_ACK",
  "ECN_ECNE",
  "ECN_CWR",
  "SHUTDOWN_COMPLETE",
  "ASCONF_ACK",
  "FORWARD_TSN",
  "ASCONF",
] as const;

/** The letters of a chunk's flag bits, the highest bit first: upper case must be set, lower case clear. */
const FLAG_LETTERS: ReadonlyMap<string, string> = new Map([
  ["DATA", "IUBE"],
  ["ABORT", "T"],
  ["SHUTDOWN_COMPLETE", "T"],
]);

const SCOPES = ["all", "any", "only"] as const;
/** Words that stand for every chunk and for no chunk at all. */
const WHOLE = ["ALL", "NONE"];

/** `any DATA:Be,INIT`: which chunks, and which of their flags. */
export interface ChunkTypes {
  readonly scope: (typeof SCOPES)[number];
  /** In the order printed; `ALL` or `NONE` alone. */
  readonly chunks: readonly { readonly name: string; readonly flags: string }[];
}

export const chunkTypes: Codec<ChunkTypes> = {
  words: 2,
  parse(first, second) {
    const scope = SCOPES.find((word) => word === first.toLowerCase());
    if (scope === undefined) return undefined;
    if (WHOLE.includes(second.toUpperCase())) return { scope, chunks: [{ name: second.toUpperCase(), flags: "" }] };
    const flags = new Map<string, string>();
    for (const part of second.split(",")) {
      const colon = part.indexOf(":");
      const name = (colon < 0 ? part : part.slice(0, colon)).toUpperCase();
      const known = CHUNKS.find((chunk) => chunk === name);
      const letters = colon < 0 ? "" : orderedFlags(name, part.slice(colon + 1));
      if (known === undefined || letters === undefined) return undefined;
      flags.set(known, letters);
    }
    const chunks = CHUNKS.filter((name) => flags.has(name)).map((name) => ({ name, flags: flags.get(name) ?? "" }));
    return { scope, chunks };
  },
  print: ({ scope, chunks }) =>
    `${scope} ${chunks.map(({ name, flags }) => (flags === "" ? name : `${name}:${flags}`)).join(",")}`,
};

/** The flags in the order of their bits, of a letter given twice the one that says "set"; undefined where one is unknown. */
function orderedFlags(chunk: string, text: string): string | undefined {
  const letters = FLAG_LETTERS.get(chunk) ?? "";
  if (text.split("").some((letter) => !letters.includes(letter.toUpperCase()))) return undefined;
  return letters
    .split("")
    .map((letter) => (text.includes(letter) ? letter : text.includes(letter.toLowerCase()) ? letter.toLowerCase() : ""))
    .join("");
}

/** ASCONF_ACK, FORWARD_TSN and ASCONF are far from the others (include/linux/sctp.h). */
const FAR_TYPES: ReadonlyMap<string, number> = new Map([
  ["ASCONF_ACK", 0x80],
  ["FORWARD_TSN", 0xc0],
  ["ASCONF", 0xc1],
]);
const EVERY_TYPE: readonly SctpChunk[] = Array.from({ length: 256 }, (_, type) => ({ type, mask: 0, flags: 0 }));

/** Which chunks a packet must have. */
export function chunksTest(arg: { readonly negated: boolean; readonly value: ChunkTypes }): Test {
  const { scope, chunks: named } = arg.value;
  const [first] = named;
  const chunks = first?.name === "ALL" ? EVERY_TYPE : named.filter(({ name }) => name !== "NONE").map(chunkOf);
  return { kind: "sctp-chunks", scope, chunks, negated: arg.negated };
}

function chunkOf({ name, flags: text }: ChunkTypes["chunks"][number]): SctpChunk {
  const letters = FLAG_LETTERS.get(name) ?? "";
  let mask = 0;
  let flags = 0;
  for (const letter of text) {
    const bit = 1 << (letters.length - 1 - letters.indexOf(letter.toUpperCase()));
    mask |= bit;
    if (letter === letter.toUpperCase()) flags |= bit;
  }
  return { type: FAR_TYPES.get(name) ?? CHUNKS.findIndex((chunk) => chunk === name), mask, flags };
}
