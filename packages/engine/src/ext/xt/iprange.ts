import type { AddressField, Test } from "../../program/test.ts";
import { option } from "./codec.ts";
import { addressRange } from "./codecs-match.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all } from "./lower.ts";

export const iprange: MatchExtension = defineMatch({
  name: "iprange",
  options: {
    "src-range": option(addressRange, { negatable: true }),
    "dst-range": option(addressRange, { negatable: true }),
  },
  source: "net/netfilter/xt_iprange.c iprange_mt4, iprange_mt6",
  check: (args) => (args["src-range"] || args["dst-range"] ? null : "--src-range or --dst-range must be given"),
  compile(args) {
    const range = (field: AddressField): Test | undefined => {
      const arg = args[`${field}-range`];
      return arg && { kind: "address-range", field, ...arg.value, negated: arg.negated };
    };
    return all(range("src"), range("dst"));
  },
});
