import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neutralise } from "./neutralise.ts";

describe("neutralise", () => {
  it("spells out what a terminal would obey", () => {
    expect(neutralise("a\u001b[31mb\u0007\u009b2J\u202egpj.exe\r")).toBe("a\\x1b[31mb\\x07\\x9b2J\\u202egpj.exe\\x0d");
  });

  it("leaves text alone, Chinese, tabs and line ends included", () => {
    expect(neutralise("源地址\t→ 10.0.0.1\n")).toBe("源地址\t→ 10.0.0.1\n");
  });

  it("never lets a control character through", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(neutralise(text)).not.toMatch(/[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});
