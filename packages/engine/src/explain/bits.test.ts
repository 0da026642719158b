import { describe, expect, it } from "vitest";
import { phrase, renderPhrase } from "../messages/explain/phrase.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import { bitsEffect, bitsTest } from "./bits.ts";
import { nodeOf } from "./node.ts";
import type { Scope } from "./scope.ts";

/** A node where nobody known writes: a mark is but a number. */
const nobody = "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -j ACCEPT\nCOMMIT\n";
const node = nodeOf(parseSnapshot([{ path: "iptables-save.txt", text: nobody }], { name: "nobody" }));
const scope: Scope = { node, owner: null };
const mark = phrase("the-mark");

const effect = (value: number, mask: number): string => renderPhrase(bitsEffect(mark, { value, mask }, scope), "en");
const test = (value: number, mask: number, negated = false): string =>
  renderPhrase(bitsTest(mark, { value, mask }, negated, scope), "en");

describe("what is written into a mark", () => {
  it.each([
    [0x21, 0xffff_ffff, "has its mark replaced by 0x21, no bit of the old one being left"],
    [0x4000, 0x4000, "has bit 0x4000 of its mark set, all other bits being kept"],
    [0xc00, 0xf00, "has bits 0xf00 of its mark set to 0xc00, all other bits being kept"],
    [0, 0x700_0000, "has bits 0x7000000 of its mark cleared, all other bits being kept"],
    // XOR, which is not the same as clearing.
    [0x4000, 0, "has bit 0x4000 of its mark flipped by XOR, one becoming zero and zero one, all other bits being kept"],
    [0, 0, "keeps its mark as it is (0x0/0x0)"],
  ])("is said bit by bit: %i/%i", (value, mask, said) => {
    expect(effect(value, mask)).toBe(said);
  });

  it("is what the kernel does: (mark & ~M) ^ V, for all values of three bits", () => {
    const bits = (text: string, verb: string): number =>
      Number(new RegExp(`bits? (0x\\d) of its mark ${verb}`).exec(text)?.[1] ?? 0);
    for (let value = 0; value < 8; value++) {
      for (let mask = 0; mask < 8; mask++) {
        const text = effect(value, mask);
        const become = /bits (0x\d) of its mark set to (0x\d)/.exec(text);
        const set = become === null ? bits(text, "set") : Number(become[2]);
        const cleared = become === null ? bits(text, "cleared") : Number(become[1]) & ~set;
        const flipped = bits(text, "flipped");
        for (let old = 0; old < 8; old++) {
          expect([text, ((old | set) & ~cleared) ^ flipped]).toEqual([text, (old & ~mask) ^ value]);
        }
      }
    }
  });
});

describe("what is asked of a mark", () => {
  it.each([
    [0x23, 0xffff_ffff, false, "its mark is 0x23"],
    [0x23, 0xffff_ffff, true, "its mark is not 0x23"],
    [0x4000, 0x4000, true, "bit 0x4000 of its mark is not set"],
    [0, 0x4000, false, "bit 0x4000 of its mark is not set"],
    [0, 0x4000, true, "bit 0x4000 of its mark is set"],
    [0x200, 0xf00, false, "bits 0xf00 of its mark are 0x200"],
    [0, 0xf00, true, "bits 0xf00 of its mark are not all clear (0x0)"],
    [5, 4, false, "its mark with mask 0x4 is 0x5 (which can never be: the value has bits outside of the mask)"],
  ])("%i/%i, negated %s", (value, mask, negated, said) => {
    expect(test(value, mask, negated)).toBe(said);
  });
});
