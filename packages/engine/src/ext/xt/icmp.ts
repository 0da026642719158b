import type { Family } from "../../base/address.ts";
import { single } from "../../base/ranges.ts";
import { PROTO } from "../../program/protocol.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { parseUnsigned } from "./codecs.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";
import type { IcmpType } from "./icmp-types.ts";
import { icmpTypes } from "./icmp-types.ts";
import { all, not, numberIn } from "./lower.ts";

/** `8`, `3/4`, a name or its beginning, as long as it means one type only; printed as numbers. */
function icmpType(family: Family): Codec<IcmpType> {
  const names = icmpTypes(family);
  return {
    words: 1,
    parse(text) {
      const name = text.toLowerCase();
      const exact = names.get(name);
      if (exact !== undefined) return exact;
      if (/^\d/.test(text)) return parseNumbers(text);
      const meant = name === "" ? [] : [...names].filter(([key]) => key.startsWith(name)).map(([, type]) => type);
      return meant.length === 1 ? meant[0] : undefined;
    },
    print({ type, code }) {
      if (family === "ip" && type === ANY && code === null) return "any";
      return code === null ? String(type) : `${String(type)}/${String(code)}`;
    },
  };
}

const ANY = 255;
const HEADER_BYTES = 8;

function parseNumbers(text: string): IcmpType | undefined {
  const slash = text.indexOf("/");
  const type = parseUnsigned(slash < 0 ? text : text.slice(0, slash), 255);
  const code = slash < 0 ? null : parseUnsigned(text.slice(slash + 1), 255);
  return type === undefined || code === undefined ? undefined : { type, code };
}

export const icmp: MatchExtension = defineMatch({
  name: "icmp",
  families: ["ip"],
  options: { "icmp-type": option(icmpType("ip"), { negatable: true }) },
  source: "net/netfilter/xt_tcpudp.c icmp_match, icmp_type_code_match: type 255 is any",
  check: (args) => needs(args, "icmp-type"),
  compile({ "icmp-type": arg }) {
    if (arg === undefined) return malformedTest("icmp");
    const header = { kind: "l4-header", proto: [PROTO.icmp], hotdrop: true, bytes: HEADER_BYTES } as const;
    if (arg.value.type === ANY) return all(header, arg.negated ? not(all()) : undefined);
    return all(header, arg.negated ? not(typeTest(arg.value)) : typeTest(arg.value));
  },
});

export const icmp6: MatchExtension = defineMatch({
  name: "icmp6",
  aliases: ["icmpv6", "ipv6-icmp"],
  families: ["ip6"],
  options: { "icmpv6-type": option(icmpType("ip6"), { negatable: true }) },
  source: "net/netfilter/xt_tcpudp.c icmp6_match, icmp6_type_code_match",
  check: (args) => needs(args, "icmpv6-type"),
  compile({ "icmpv6-type": arg }) {
    if (arg === undefined) return malformedTest("icmp6");
    const header = { kind: "l4-header", proto: [PROTO.icmp6], hotdrop: true, bytes: HEADER_BYTES } as const;
    return all(header, arg.negated ? not(typeTest(arg.value)) : typeTest(arg.value));
  },
});

function typeTest({ type, code }: IcmpType) {
  return all(
    numberIn("icmpType", { negated: false, value: single(type) }),
    code === null ? undefined : numberIn("icmpCode", { negated: false, value: single(code) }),
  );
}
