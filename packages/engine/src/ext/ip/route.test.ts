import { describe, expect, it } from "vitest";
import { splitWords, takeRest, wordsOf } from "../../base/words.ts";
import { takeEncap } from "./encap.ts";
import { headKeywords, headWords, linkKeywords, linkWords } from "./link.ts";
import { neighbourKeywords, neighbourWords } from "./neighbour.ts";
import { hopKeywords, hopWords, routeKeywords, routeWords } from "./route.ts";

describe("tables of words", () => {
  it.each([
    ["route", routeKeywords, routeWords],
    ["nexthop", hopKeywords, hopWords],
    ["link", headKeywords, headWords],
    ["link-layer", linkKeywords, linkWords],
    ["neighbour", neighbourKeywords, neighbourWords],
  ])("%s: each word belongs to one phrase", (_name, keywords, phrases) => {
    expect(keywords.size).toBe(phrases.flatMap(({ words }) => words).length);
  });
});

describe("takeEncap", () => {
  it.each([
    ["ip id 42 src 10.0.0.1 dst 10.0.0.99 ttl 63 tos 0 key csum", "via 10.0.0.1 dev a"],
    ["ip6 id 5 src :: dst fd00::7 hoplimit 0 tc 0", "tos 0x10 nhid 1"],
    ["mpls 100/200 ttl 9", "via 10.0.0.1"],
    ["ila 1:2:3:4 csum-mode neutral-map", "dev a"],
    ["seg6 mode encap segs 1 [ fd00::a ]", "dev a src 10.0.0.1"],
    ["ip", ""],
  ])("takes “%s” and leaves “%s”", (own, rest) => {
    const words = wordsOf(splitWords(`${own} ${rest}`, 1));
    expect([takeEncap(words), takeRest(words)]).toEqual([own, rest]);
  });

  it("has nothing to take at the end of a line", () => {
    expect(takeEncap(wordsOf([]))).toBeUndefined();
  });
});
