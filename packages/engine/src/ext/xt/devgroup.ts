import type { Test } from "../../program/test.ts";
import { option } from "./codec.ts";
import { namedMark } from "./codecs-match.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all } from "./lower.ts";
import { namedMarkTest } from "./named-mark.ts";

const options = {
  "src-group": option(namedMark, { negatable: true }),
  "dst-group": option(namedMark, { negatable: true }),
};

export const devgroup: MatchExtension = defineMatch({
  name: "devgroup",
  options,
  source: "net/netfilter/xt_devgroup.c devgroup_mt",
  check: (args) => (args["src-group"] || args["dst-group"] ? null : "--src-group or --dst-group must be given"),
  compile(args) {
    const group = (name: "src-group" | "dst-group"): Test | undefined => {
      const arg = args[name];
      const field = name === "src-group" ? "devgroupIn" : "devgroupOut";
      return (
        arg && namedMarkTest({ field, zero: "default", clearsValue: true }, arg, ["devgroup", options, { [name]: arg }])
      );
    };
    return all(group("src-group"), group("dst-group"));
  },
});
