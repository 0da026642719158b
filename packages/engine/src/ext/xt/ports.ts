import type { Range } from "../../base/ranges.ts";
import type { Test } from "../../program/test.ts";
import { services } from "./services.ts";
import type { Codec } from "./codec.ts";
import { ALL_PORTS, parseUnsigned } from "./codecs.ts";
import { numberIn } from "./lower.ts";

/** One port, by number or name. */
export const port: Codec<number> = {
  words: 1,
  parse: (text) => parseUnsigned(text, 0xffff) ?? services.get(text.toLowerCase()),
  print: String,
};

/**
 * A port in a range. iptables-nft leaves the range of all ports out of its native expressions, negated or not, so that
 * `! --dport 0:65535` matches everything there and nothing in legacy (iptables/nft-shared.c, nft_rule dump of 1.8.9).
 */
export function portTest(
  field: "sport" | "dport",
  arg: { readonly negated: boolean; readonly value: Range } | undefined,
  native: boolean,
): Test | undefined {
  if (arg === undefined) return undefined;
  const isAll = arg.value.from === ALL_PORTS.from && arg.value.to === ALL_PORTS.to;
  return native && isAll ? undefined : numberIn(native ? PAYLOAD_FIELD[field] : field, arg);
}

const PAYLOAD_FIELD = { sport: "payloadSport", dport: "payloadDport" } as const;
