import { describe, expect, it } from "vitest";
import { colourWord, hasColour } from "./colour.ts";

describe("hasColour", () => {
  it.each([
    ["a terminal", "auto", true, {}, true],
    ["a pipe", "auto", false, {}, false],
    ["NO_COLOR on a terminal", "auto", true, { NO_COLOR: "1" }, false],
    ["an empty NO_COLOR, which says nothing", "auto", true, { NO_COLOR: "" }, true],
    ["FORCE_COLOR on a pipe", "auto", false, { FORCE_COLOR: "1" }, true],
    ["FORCE_COLOR=0 on a terminal", "auto", true, { FORCE_COLOR: "0" }, false],
    ["NO_COLOR against FORCE_COLOR", "auto", true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    ["a dumb terminal", "auto", true, { TERM: "dumb" }, false],
    ["--color=always against NO_COLOR", "always", false, { NO_COLOR: "1" }, true],
    ["--color=never against FORCE_COLOR", "never", true, { FORCE_COLOR: "1" }, false],
  ] as const)("%s", (_, mode, isTerminal, env, expected) => {
    expect(hasColour(mode, isTerminal, env)).toBe(expected);
  });
});

describe("colourWord", () => {
  it("ends what it began, and leaves plain words alone", () => {
    expect(colourWord("DROP", "bad")).toBe("\u001b[31;1mDROP\u001b[39;22m");
    expect(colourWord("x", "plain")).toBe("x");
    expect(colourWord("", "bad")).toBe("");
  });
});
