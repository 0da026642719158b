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
