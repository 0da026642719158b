import type { InterfaceSide, Test } from "../../program/test.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { flag } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all } from "./lower.ts";

const NAME_LENGTH = 15; // IFNAMSIZ less the final zero

/** A device name, or the beginning of one with `+`. */
const deviceName: Codec<string> = {
  words: 1,
  parse: (text) => (/^[^\s/]+$/.test(text) && text.length <= NAME_LENGTH ? text : undefined),
  print: (text) => text,
};

interface Asked<T> {
  readonly negated: boolean;
  readonly value: T;
}

/** A port that was named: any port at all for `+`. */
function named(side: InterfaceSide, arg: Asked<string> | undefined): Test | undefined {
  if (arg === undefined) return undefined;
  const prefix = arg.value.endsWith("+");
  const name = prefix ? arg.value.slice(0, -1) : arg.value;
  if (name === "") return present(side, arg);
  return { kind: "interface", side, name, prefix, negated: arg.negated };
}

function present(side: InterfaceSide, arg: Asked<unknown> | undefined): Test | undefined {
  return arg && { kind: "has-interface", side, negated: arg.negated };
}

export const physdev: MatchExtension = defineMatch({
  name: "physdev",
  options: {
    "physdev-is-in": option(flag, { negatable: true }),
    "physdev-in": option(deviceName, { negatable: true }),
    "physdev-is-out": option(flag, { negatable: true }),
    "physdev-out": option(deviceName, { negatable: true }),
    "physdev-is-bridged": option(flag, { negatable: true }),
  },
  source: "net/netfilter/xt_physdev.c physdev_mt: bridged is what has a port to go out by",
  check: (args) => (Object.keys(args).length > 0 ? null : "some option must be given"),
  compile: (args) =>
    all(
      present("physout", args["physdev-is-bridged"]),
      present("physin", args["physdev-is-in"]),
      present("physout", args["physdev-is-out"]),
      named("physin", args["physdev-in"]),
      named("physout", args["physdev-out"]),
    ),
});
