import { describe, expect, it } from "vitest";
import { peekWord, splitWords, takeRest, takeWord, wordsOf } from "./words.ts";

describe("splitWords", () => {
  it("keeps each word with its column", () => {
    expect(splitWords("  10.0.0.0/8 \tdev eth0 ", 7)).toEqual([
      { text: "10.0.0.0/8", line: 7, column: 3 },
      { text: "dev", line: 7, column: 15 },
      { text: "eth0", line: 7, column: 19 },
    ]);
  });

  it("counts columns from where the text stands on its line", () => {
    expect(splitWords("a", 1, 20)[0]?.column).toBe(21);
  });

  it("takes a quoted word whole, quotes included", () => {
    expect(splitWords('comment "a b" x', 1).map(({ text }) => text)).toEqual(["comment", '"a b"', "x"]);
  });

  it("takes a quote that nothing closes as part of a word", () => {
    expect(splitWords('comment "a b', 1).map(({ text }) => text)).toEqual(["comment", '"a', "b"]);
  });
});

describe("the reader's place", () => {
  it("moves with each word taken and stays at the end", () => {
    const words = wordsOf(splitWords("a b c", 1));
    expect([peekWord(words), takeWord(words), takeRest(words), takeWord(words)]).toEqual(["a", "a", "b c", undefined]);
  });
});
