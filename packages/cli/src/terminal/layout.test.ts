import { describe, expect, it } from "vitest";
import { rowOf, textLine, word } from "@hookwalk/engine";
import { layOut } from "./layout.ts";

const page = { colour: false, width: 40 };

describe("layOut", () => {
  it("lines up the cells of all rows", () => {
    expect(layOut([rowOf(["raw", "PRE 1", "DROP"]), rowOf(["mangle", "P 20", "ACCEPT"])], page)).toBe(
      "    raw     PRE 1  DROP\n    mangle  P 20   ACCEPT\n",
    );
  });

  it("lets a cell run over into an empty one without making the column wider", () => {
    expect(layOut([rowOf(["conntrack", "", "new"]), rowOf(["nat", "chain 1", "DNAT"])], page)).toBe(
      "    conntrack     new\n    nat  chain 1  DNAT\n",
    );
  });

  it("puts the sign into the margin and asides into a column of their own", () => {
    const rows = [rowOf(["a", "b", "c"], { sign: word("✗") }), rowOf(["a", "b", "longer"], { aside: [word("0x1")] })];
    expect(layOut(rows, page)).toBe(" ✗  a  b  c\n    a  b  longer  0x1\n");
  });

  it("leaves out a detail that does not fit, and nothing else", () => {
    const rows = [
      rowOf(["a", "b", "short"], { detail: [word("fits")] }),
      rowOf(["a", "b", "x".repeat(50)], { detail: [word("not")] }),
    ];
    expect(layOut(rows, page)).toBe(`    a  b  short  fits\n    a  b  ${"x".repeat(50)}\n`);
  });

  it("counts two columns for a Chinese character", () => {
    expect(layOut([rowOf(["路由", "x", "1"]), rowOf(["abc", "y", "2"])], page)).toBe(
      "    路由  x  1\n    abc   y  2\n",
    );
  });

  it("colours words, and makes harmless what stands in them", () => {
    const line = textLine(1, word("\u001bc", "bad"));
    expect(layOut([line], { colour: true, width: 40 })).toBe(" \u001b[31;1m\\x1bc\u001b[39;22m\n");
  });

  it("does not mind a hundred thousand rows", () => {
    const rows = Array.from({ length: 100_000 }, (_, index) => rowOf([String(index), "x"]));
    expect(layOut(rows, page).length).toBeGreaterThan(100_000);
  });
});
