import type { ArgsOf } from "./codec.ts";
import { option } from "./codec.ts";
import { flag, hexInteger, integer, valueMask } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { given, lastGiven, malformed, needsOneOf, notBoth } from "./given.ts";
import { ALL_MARK_BITS, keepFlip, xmark } from "./xmark.ts";

const MAX_SHIFT = 31;

const options = {
  "set-xmark": option(valueMask()),
  "set-mark": option(valueMask()),
  "and-mark": option(integer(ALL_MARK_BITS)),
  "or-mark": option(integer(ALL_MARK_BITS)),
  "xor-mark": option(integer(ALL_MARK_BITS)),
  "save-mark": option(flag),
  "restore-mark": option(flag),
  mask: option(integer(ALL_MARK_BITS)),
  nfmask: option(hexInteger(ALL_MARK_BITS, 1)),
  ctmask: option(hexInteger(ALL_MARK_BITS, 1)),
  "left-shift-mark": option(integer(MAX_SHIFT), { unprinted: 0 }),
  "right-shift-mark": option(integer(MAX_SHIFT), { unprinted: 0 }),
};
type ConnmarkArgs = ArgsOf<typeof options>;

function operationOf(args: ConnmarkArgs): ConnmarkArgs {
  const set = xmark(args);
  if (set !== null) {
    // libxt_CONNMARK.c: `--mask` writes the field that a mask behind the slash wrote before.
    const later = lastGiven(args, "set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark", "mask") === "mask";
    return { "set-xmark": given({ value: set.value, mask: later ? (args.mask?.value ?? set.mask) : set.mask }) };
  }
  const masks = {
    nfmask: given((args.mask ?? args.nfmask)?.value ?? ALL_MARK_BITS),
    ctmask: given((args.mask ?? args.ctmask)?.value ?? ALL_MARK_BITS),
  };
  if (args["save-mark"]) return { "save-mark": args["save-mark"], ...masks };
  return args["restore-mark"] ? { "restore-mark": args["restore-mark"], ...masks } : args;
}

/** Both directions write the same field: the later one stays. */
function shiftOf(args: ConnmarkArgs): ConnmarkArgs {
  const { "left-shift-mark": left, "right-shift-mark": right } = args;
  return lastGiven(args, "left-shift-mark", "right-shift-mark") === "right-shift-mark"
    ? { ...(right && { "right-shift-mark": right }) }
    : { ...(left && { "left-shift-mark": left }) };
}

export const connmarkTarget: TargetExtension = defineTarget({
  name: "CONNMARK",
  options,
  source: "net/netfilter/xt_connmark.c connmark_tg_shift; nf_ct_netns_get in connmark_tg_check",
  needsConntrack: true,
  check: (args) =>
    needsOneOf(args, "set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark", "save-mark", "restore-mark") ??
    notBoth(args, "mask", "nfmask") ??
    notBoth(args, "mask", "ctmask"),
  normalise: (args) => ({ ...operationOf(args), ...shiftOf(args) }),
  compile(args) {
    const shift = (args["left-shift-mark"]?.value ?? 0) - (args["right-shift-mark"]?.value ?? 0);
    const set = args["set-xmark"]?.value;
    if (set) return { kind: "set-ctmark", ...keepFlip(set), ...(shift === 0 ? {} : { shift }) };
    if (!args.nfmask || !args.ctmask) return malformed("CONNMARK");
    const masks = { nfMask: args.nfmask.value, ctMask: args.ctmask.value, shift };
    return { kind: args["save-mark"] ? "save-mark" : "restore-mark", ...masks };
  },
});
