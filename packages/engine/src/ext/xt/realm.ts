import { option } from "./codec.ts";
import { namedMark } from "./codecs-match.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";
import { namedMarkTest } from "./named-mark.ts";

const options = { realm: option(namedMark, { negatable: true }) };

export const realm: MatchExtension = defineMatch({
  name: "realm",
  families: ["ip"],
  options,
  source: "net/netfilter/xt_realm.c realm_mt",
  check: (args) => needs(args, "realm"),
  compile: (args) =>
    args.realm
      ? namedMarkTest({ field: "realm", zero: "cosmos", clearsValue: false }, args.realm, ["realm", options, args])
      : malformedTest("realm"),
});
