import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import type { ValueMask } from "./codecs-target.ts";
import { integer, valueMask } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { given, malformed, needsOneOf } from "./given.ts";
import { bitwise } from "./xmark.ts";

const ALL_BITS = 0xff;
/** The bits that a name of RFC 1349 stands for: not the precedence. */
const NAMED_BITS = 0x3f;

const NAMES: ReadonlyMap<string, number> = new Map([
  ["minimize-delay", 0x10],
  ["maximize-throughput", 0x08],
  ["maximize-reliability", 0x04],
  ["minimize-cost", 0x02],
  ["normal-service", 0x00],
]);

const numeric = valueMask(ALL_BITS, 2);

/** `0x10`, `0x10/0x3f` or `Minimize-Delay`; printed with its mask always. */
export const tosValue: Codec<ValueMask> = {
  ...numeric,
  parse(text) {
    const value = NAMES.get(text.toLowerCase());
    return value === undefined ? numeric.parse(text, "") : { value, mask: NAMED_BITS };
  },
};

interface Setting {
  readonly "set-tos"?: { readonly value: ValueMask };
  readonly "and-tos"?: { readonly value: number };
  readonly "or-tos"?: { readonly value: number };
  readonly "xor-tos"?: { readonly value: number };
}

function valueOf(args: Setting): ValueMask | null {
  return (
    args["set-tos"]?.value ?? bitwise(ALL_BITS, args["and-tos"]?.value, args["or-tos"]?.value, args["xor-tos"]?.value)
  );
}

export const tosTarget: TargetExtension = defineTarget({
  name: "TOS",
  options: {
    "set-tos": option(tosValue),
    "and-tos": option(integer(ALL_BITS)),
    "or-tos": option(integer(ALL_BITS)),
    "xor-tos": option(integer(ALL_BITS)),
  },
  source: "net/netfilter/xt_DSCP.c tos_tg, tos_tg6",
  check: (args) => needsOneOf(args, "set-tos", "and-tos", "or-tos", "xor-tos"),
  normalise(args) {
    const value = valueOf(args);
    return value === null ? args : { "set-tos": given(value) };
  },
  compile(args) {
    const value = valueOf(args);
    return value === null ? malformed("TOS") : { kind: "set-tos", keep: ALL_BITS & ~value.mask, flip: value.value };
  },
});
