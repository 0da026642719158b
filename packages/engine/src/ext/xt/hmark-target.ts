import type { Family } from "../../base/address.ts";
import { bitsOf, familyOf, lengthOfMask, parseAddress, zeroOf } from "../../base/address.ts";
import { parseUnsigned } from "./codecs.ts";
import type { ArgsOf, Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { hexInteger, integer } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { given, needs, notBoth } from "./given.ts";

/** A prefix length, also written as a netmask. */
function prefixLength(family: Family): Codec<number> {
  return {
    words: 1,
    parse(text) {
      const mask = parseAddress(text);
      if (mask !== null) return familyOf(mask) === family ? (lengthOfMask(mask) ?? undefined) : undefined;
      return parseUnsigned(text, bitsOf(zeroOf(family)));
    },
    print: String,
  };
}

const FIELDS = ["ct", "src", "dst", "sport", "dport", "proto", "spi"] as const;
type Field = (typeof FIELDS)[number];

/** A list of fields; each may be cut short (hmark_parse compares only as many letters as there are). */
const tuple: Codec<readonly Field[]> = {
  words: 1,
  parse(text) {
    const fields: Field[] = [];
    for (const word of text.split(",", FIELDS.length + 1)) {
      const field = word === "" ? undefined : FIELDS.find((name) => name.startsWith(word.toLowerCase()));
      if (field === undefined) return undefined;
      fields.push(field);
    }
    return fields;
  },
  print: (fields) => fields.join(","),
};

/** HMARK of one family: a whole address has 32 bits in one and 128 in the other. */
export function hmarkTarget(family: Family): TargetExtension {
  const options = {
    "hmark-src-prefix": option(prefixLength(family)),
    "hmark-dst-prefix": option(prefixLength(family)),
    "hmark-sport-mask": option(hexInteger(0xffff, 4)),
    "hmark-dport-mask": option(hexInteger(0xffff, 4)),
    "hmark-spi-mask": option(hexInteger(0xffff_ffff, 8)),
    "hmark-sport": option(hexInteger(0xffff, 4)),
    "hmark-dport": option(hexInteger(0xffff, 4)),
    "hmark-spi": option(hexInteger(0xffff_ffff, 8)),
    "hmark-proto-mask": option(hexInteger(0xffff, 2)),
    "hmark-rnd": option(hexInteger(0xffff_ffff, 8)),
    "hmark-mod": option(integer(0xffff_ffff, 1)),
    "hmark-offset": option(integer(0xffff_ffff)),
    "hmark-tuple": option(tuple),
  };
  type HmarkArgs = ArgsOf<typeof options>;
  const bits = bitsOf(zeroOf(family));
  /** What naming a field in the tuple stands for. */
  const whole: Readonly<Record<Field, HmarkArgs>> = {
    ct: { "hmark-tuple": given(["ct"]) },
    src: { "hmark-src-prefix": given(bits) },
    dst: { "hmark-dst-prefix": given(bits) },
    sport: { "hmark-sport-mask": given(0xffff) },
    dport: { "hmark-dport-mask": given(0xffff) },
    proto: { "hmark-proto-mask": given(0xffff) },
    spi: { "hmark-spi-mask": given(0xffff_ffff) },
  };
  function expand({ "hmark-tuple": fields, ...rest }: HmarkArgs): HmarkArgs {
    return (fields?.value ?? []).reduce((args, field) => ({ ...args, ...whole[field] }), rest);
  }
  return defineTarget({
    name: "HMARK",
    families: [family],
    options,
    source: "net/netfilter/xt_HMARK.c hmark_tg_v4, hmark_tg_v6: a jhash of the fields, modulo, plus the offset",
    check(args) {
      const twice = (args["hmark-tuple"]?.value ?? []).flatMap((field) =>
        Object.keys(whole[field]).filter((name) => name !== "hmark-tuple" && name in args),
      );
      if (twice.length > 0) return `${twice.map((name) => `--${name}`).join(", ")} stands in --hmark-tuple already`;
      const full = expand(args);
      return (
        needs(full, "hmark-mod", "hmark-rnd") ??
        notBoth(full, "hmark-spi-mask", "hmark-sport-mask") ??
        notBoth(full, "hmark-spi-mask", "hmark-dport-mask") ??
        notBoth(full, "hmark-spi", "hmark-sport") ??
        notBoth(full, "hmark-spi", "hmark-dport")
      );
    },
    normalise: expand,
    compile: () => ({ kind: "set-unknown", field: "mark", what: "HMARK" }),
  });
}
