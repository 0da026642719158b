import { describe, expect, it } from "vitest";
import { peek, splitCommandLine } from "./split.ts";
import { nearest } from "./suggest.ts";

describe("splitCommandLine", () => {
  it.each([
    [["trace", "-f", "x"], "trace", ["-f", "x"]],
    [["--lang", "zh", "-q", "trace", "--flow"], "trace", ["--lang", "zh", "-q", "--flow"]],
    [["--lang=zh", "show"], "show", ["--lang=zh"]],
    [["--help"], null, ["--help"]],
    [[], null, []],
  ])("%j", (argv, name, rest) => {
    expect(splitCommandLine(argv)).toEqual({ name, rest });
  });
});

describe("peek", () => {
  it("finds a global option in either spelling, and takes no other value", () => {
    expect(peek(["trace", "--lang", "zh"], "--lang", ["en", "zh"])).toBe("zh");
    expect(peek(["trace", "--lang=en"], "--lang", ["en", "zh"])).toBe("en");
    expect(peek(["trace", "--lang=fr"], "--lang", ["en", "zh"])).toBeNull();
    expect(peek(["trace", "--language", "zh"], "--lang", ["en", "zh"])).toBeNull();
  });
});

describe("nearest", () => {
  it("knows a slip of the finger from another word", () => {
    expect(nearest("filtr", ["filter", "nat"])).toBe("filter");
    expect(nearest("tarce", ["trace", "show"])).toBe("trace");
    expect(nearest("xyzzy", ["trace", "show"])).toBeNull();
  });
});
