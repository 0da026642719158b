import type { Action } from "../../program/action.ts";
import { option } from "./codec.ts";
import { flag, integer, setReference } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { malformed } from "./given.ts";

export const setTarget: TargetExtension = defineTarget({
  name: "SET",
  options: {
    "add-set": option(setReference),
    exist: option(flag),
    timeout: option(integer(0xffff_fffe)),
    "del-set": option(setReference),
    "map-set": option(setReference),
    "map-mark": option(flag),
    "map-prio": option(flag),
    "map-queue": option(flag),
  },
  source: "net/netfilter/xt_set.c set_target_v3: adds, then deletes, then maps",
  check(args) {
    const { "add-set": add, "del-set": del, "map-set": map, exist, timeout } = args;
    if (!add && !del && !map) return "one of --add-set, --del-set, --map-set must be given";
    if (!add && (exist ?? timeout)) return "--exist and --timeout need --add-set";
    if (map && !(args["map-mark"] ?? args["map-prio"] ?? args["map-queue"])) {
      return "--map-set needs one of --map-mark, --map-prio, --map-queue";
    }
    return null;
  },
  compile(args) {
    const { "add-set": add, "del-set": del, "map-set": map, exist } = args;
    const actions: Action[] = [];
    if (add) actions.push({ kind: "set-update", ...add.value, op: "add", exist: exist !== undefined });
    if (del) actions.push({ kind: "set-update", ...del.value, op: "del", exist: false });
    if (map) actions.push({ kind: "set-map", ...map.value, mark: args["map-mark"] !== undefined });
    const [only] = actions;
    if (only === undefined) return malformed("SET");
    return actions.length === 1 ? only : { kind: "sequence", actions };
  },
});
