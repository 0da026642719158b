import type { Word } from "@hookwalk/engine";
import { word } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { columnsOf } from "./columns.ts";
import { wrapWords } from "./wrap.ts";

const lines = (text: string, width: number, ...more: readonly Word[]): readonly string[] =>
  wrapWords([word(text), ...more], width).map((words) => words.map((one) => one.text).join(""));

describe("wrapWords", () => {
  it("breaks at blanks, and never inside a word", () => {
    expect(lines("one two three", 7)).toEqual(["one two", "three"]);
    expect(lines("a-very-long-word b", 5)).toEqual(["a-very-long-word", "b"]);
    expect(lines("", 5)).toEqual([]);
  });

  it("breaks Chinese anywhere but before a closing mark and behind an opening one", () => {
    expect(lines("报文送往本机。", 12)).toEqual(["报文送往本", "机。"]);
    expect(lines("报文（送往）", 6)).toEqual(["报文", "（送", "往）"]);
    for (const width of [6, 7, 8, 9, 20]) {
      for (const line of lines("若协议是 tcp，且 mark 等于 0x200（送往本机代理），则放行。", width)) {
        expect(line).not.toMatch(/^[，。）]|（$/);
        if (line.length > 1 && !/^[\w（，]+$/.test(line))
          expect(columnsOf(line)).toBeLessThanOrEqual(Math.max(width, 10));
      }
    }
  });

  it("keeps roles, and does not break between words that nothing parts", () => {
    const words = wrapWords([word("needs a"), word(" socket", "bad"), word(".")], 14);
    expect(words).toEqual([
      [word("needs"), word(" a"), word(" socket", "bad")].slice(0, 2),
      [word("socket", "bad"), word(".")],
    ]);
    expect(lines("ends", 4, word("."))).toEqual(["ends."]);
  });

  it("is linear", () => {
    const text = "报文 ".repeat(50_000);
    const began = performance.now();
    expect(lines(text, 80).length).toBeGreaterThan(1000);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
