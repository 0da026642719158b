import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNft, parseNftJson, printNft, printNftJson } from "@hookwalk/engine";
import { modelsOf, readListings } from "../nft-listings/listings.ts";
import type { Listings } from "../nft-listings/listings.ts";

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
}

/** Every statement and expression that this kernel takes, and the rulesets of the cases and random ones. */
const LISTINGS: readonly Listings[] = [
  {
    name: "every statement",
    text: fixture("nft-ruleset-handles.nft-1.0.6.txt"),
    json: fixture("nft-ruleset.nft-1.0.6.json"),
  },
  ...readListings(),
];

describe("what nft lists in both forms", () => {
  it("is many rulesets", () => {
    expect(LISTINGS.length).toBeGreaterThan(150);
  });

  it.each(LISTINGS)("$name: JSON is printed back byte for byte", ({ json }) => {
    const { value, diagnostics } = parseNftJson(json, "f");
    expect(diagnostics).toEqual([]);
    expect(printNftJson(value)).toBe(json);
  });

  it.each(LISTINGS)("$name: text and JSON are one model", (listings) => {
    const { text, json } = modelsOf(listings);
    expect(json).toEqual(text);
  });

  it.each(LISTINGS)("$name: the text printed as JSON is what JSON tells", ({ text, json }) => {
    const printed = printNftJson(parseNft(text, "f").value);
    expect(modelsOf({ name: "", text, json: printed }).json).toEqual(modelsOf({ name: "", text, json }).json);
  });
});

describe("bytes of any kind", () => {
  it("are printed as JSON that reads the same", () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom("__proto__", '"', "\\", "{}", "\u2028", "exists", "5", "@x", "*"),
    );
    fc.assert(
      fc.property(name, fc.array(name, { maxLength: 3 }), (word, words) => {
        const rule = {
          family: "ip",
          table: "t",
          chain: "c",
          comment: word,
          expr: words.map((one) => ({ log: { prefix: one } })),
        };
        const text = JSON.stringify({ nftables: [{ table: { family: "ip", name: "t" } }, { rule }] });
        const { value } = parseNftJson(text, "f");
        const again = parseNftJson(printNftJson(value), "f");
        expect(again.diagnostics).toEqual([]);
        expect(printNftJson(again.value)).toBe(printNftJson(value));
        printNft(value);
      }),
    );
  });
});
