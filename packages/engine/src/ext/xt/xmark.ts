import type { ValueMask } from "./codecs-target.ts";

export const ALL_MARK_BITS = 0xffff_ffff;

interface Marking {
  readonly "set-xmark"?: { readonly value: ValueMask };
  readonly "set-mark"?: { readonly value: ValueMask };
  readonly "and-mark"?: { readonly value: number };
  readonly "or-mark"?: { readonly value: number };
  readonly "xor-mark"?: { readonly value: number };
}

/** The five spellings of MARK and CONNMARK as the one that the kernel knows, `--set-xmark`; null: none was given. */
export function xmark(args: Marking): ValueMask | null {
  const set = args["set-mark"]?.value;
  return (
    args["set-xmark"]?.value ??
    (set && { value: set.value, mask: (set.value | set.mask) >>> 0 }) ??
    bitwise(ALL_MARK_BITS, args["and-mark"]?.value, args["or-mark"]?.value, args["xor-mark"]?.value)
  );
}

/** `--and-…`, `--or-…`, `--xor-…` as value and mask; null: none was given. */
export function bitwise(
  all: number,
  and: number | undefined,
  or: number | undefined,
  xor: number | undefined,
): ValueMask | null {
  if (and !== undefined) return { value: 0, mask: (~and & all) >>> 0 };
  if (or !== undefined) return { value: or, mask: or };
  return xor === undefined ? null : { value: xor, mask: 0 };
}

/** `(x & ~mask) ^ value` as the core actions spell it. */
export function keepFlip({ value, mask }: ValueMask): { readonly keep: number; readonly flip: number } {
  return { keep: ~mask >>> 0, flip: value };
}
