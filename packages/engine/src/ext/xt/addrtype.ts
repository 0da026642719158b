import type { AddressField, AddressType, Test } from "../../program/test.ts";
import { option } from "./codec.ts";
import { listOf } from "./codecs-match.ts";
import { flag } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all } from "./lower.ts";

const types = listOf<AddressType>(
  [
    "UNSPEC",
    "UNICAST",
    "LOCAL",
    "BROADCAST",
    "ANYCAST",
    "MULTICAST",
    "BLACKHOLE",
    "UNREACHABLE",
    "PROHIBIT",
    "THROW",
    "NAT",
    "XRESOLVE",
  ],
  { abbreviated: true },
);

export const addrtype: MatchExtension = defineMatch({
  name: "addrtype",
  options: {
    "src-type": option(types, { negatable: true }),
    "dst-type": option(types, { negatable: true }),
    "limit-iface-in": option(flag),
    "limit-iface-out": option(flag),
  },
  source: "net/netfilter/xt_addrtype.c addrtype_mt_v1",
  check(args) {
    if (!args["src-type"] && !args["dst-type"]) return "--src-type or --dst-type must be given";
    const both = args["limit-iface-in"] && args["limit-iface-out"];
    return both ? "--limit-iface-in and --limit-iface-out exclude each other" : null;
  },
  compile(args) {
    const limit = args["limit-iface-in"] ? "in" : args["limit-iface-out"] ? "out" : null;
    const typeOf = (field: AddressField): Test | undefined => {
      const arg = args[`${field}-type`];
      return arg && { kind: "addrtype", field, types: arg.value, limit, negated: arg.negated };
    };
    return all(typeOf("src"), typeOf("dst"));
  },
});
