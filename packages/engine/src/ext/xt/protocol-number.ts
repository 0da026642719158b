import { parseProtocol } from "../../base/protocols.ts";
import type { Codec } from "./codec.ts";

/** A protocol by name or number; printed as the number. */
export const protocolNumber: Codec<number> = {
  words: 1,
  parse: (text) => parseProtocol(text) ?? undefined,
  print: String,
};
