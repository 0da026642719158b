import { option } from "./codec.ts";
import { flag, hexInteger, integer, valueMask } from "./codecs-target.ts";
import { defineTarget } from "./define.ts";
import { given, lastGiven, malformed, needsOneOf } from "./given.ts";
import { ALL_MARK_BITS, keepFlip, xmark } from "./xmark.ts";

const MAX_SHIFT = 31;

export const connmarkTarget = defineTarget({
  name: "CONNMARK",
  options: {
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
  },
  source: "net/netfilter/xt_connmark.c connmark_tg_shift; nf_ct_netns_get in connmark_tg_check",
  needsConntrack: true,
  check: (args) =>
    needsOneOf(args, "set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark", "save-mark", "restore-mark"),
  normalise(args) {
    const left = args["left-shift-mark"];
    const right = args["right-shift-mark"];
    const shift =
      lastGiven(args, "left-shift-mark", "right-shift-mark") === "right-shift-mark"
        ? { ...(right && { "right-shift-mark": right }) }
        : { ...(left && { "left-shift-mark": left }) };
    const set = xmark(args);
    if (set !== null) {
      // libxt_CONNMARK.c: `--mask` writes the field that a mask behind the slash wrote before.
      const mask =
        lastGiven(args, "set-xmark", "set-mark", "mask") === "mask" ? (args.mask?.value ?? set.mask) : set.mask;
      return { "set-xmark": given({ value: set.value, mask }), ...shift };
    }
    const nfmask = given(args.mask?.value ?? args.nfmask?.value ?? ALL_MARK_BITS);
    const ctmask = given(args.mask?.value ?? args.ctmask?.value ?? ALL_MARK_BITS);
    if (args["save-mark"]) return { "save-mark": args["save-mark"], nfmask, ctmask, ...shift };
    return args["restore-mark"] ? { "restore-mark": args["restore-mark"], nfmask, ctmask, ...shift } : args;
  },
  compile(args) {
    const shift = (args["left-shift-mark"]?.value ?? 0) - (args["right-shift-mark"]?.value ?? 0);
    const set = args["set-xmark"]?.value;
    if (set) return { kind: "set-ctmark", ...keepFlip(set), ...(shift === 0 ? {} : { shift }) };
    if (!args.nfmask || !args.ctmask) return malformed("CONNMARK");
    const masks = { nfMask: args.nfmask.value, ctMask: args.ctmask.value, shift };
    return { kind: args["save-mark"] ? "save-mark" : "restore-mark", ...masks };
  },
});
