import { describe, expect, it } from "vitest";
import { linesOf, unjoinLine } from "./lines.ts";
import { diagnosticsOf, newReport, say } from "./report.ts";

function read(text: string, firstLine?: number): { lines: readonly (readonly [number, string])[]; codes: string[] } {
  const report = newReport("f", "a test");
  const lines = [...linesOf(text, report, firstLine === undefined ? {} : { firstLine })];
  return {
    lines: lines.map((line): [number, string] => [line.number, line.text]),
    codes: report.diagnostics.map(({ code, span }) => `${code}:${String(span.line)}`),
  };
}

describe("linesOf", () => {
  it("numbers lines, passes over blank ones, and takes CRLF as one line end", () => {
    expect(read("a\r\n\r\n b\nc")).toEqual({
      lines: [
        [1, "a"],
        [3, " b"],
        [4, "c"],
      ],
      codes: [],
    });
  });

  it("passes over fences and comments, and names them", () => {
    expect(read("```sh\n# said by a person\na\n~~~\n")).toEqual({
      lines: [[3, "a"]],
      codes: ["prose-line:1", "comment-line:2", "prose-line:4"],
    });
  });

  it("starts counting where the text stands in its file", () => {
    expect(read("a\nb", 10).lines).toEqual([
      [10, "a"],
      [11, "b"],
    ]);
  });
});

describe("unjoinLine", () => {
  it("cuts a line of `ip -o` at its joints only, and keeps the columns", () => {
    const pieces = unjoinLine({ text: "1: a\\    link/ether\\\tb\\c", number: 4, before: 0 });
    expect(pieces).toEqual([
      { text: "1: a", number: 4, before: 0 },
      { text: "    link/ether", number: 4, before: 5 },
      { text: "\tb\\c", number: 4, before: 20 },
    ]);
  });
});

describe("a report", () => {
  it("keeps a bounded number of diagnostics and counts the rest", () => {
    const report = newReport("f", "a test");
    for (let line = 1; line <= 100_003; line++) say(report, "prose-line", { file: "f", line }, {});
    const diagnostics = diagnosticsOf(report);
    expect(diagnostics).toHaveLength(100_001);
    expect(diagnostics.at(-1)).toMatchObject({ code: "too-many-diagnostics", params: { count: 3 } });
  });
});
