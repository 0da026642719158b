import { describe, expect, it } from "vitest";
import { speaker } from "../messages/catalogue.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { diagnosticJson, diagnosticLines, diagnosticsDocument } from "./diagnostic.ts";
import type { Line } from "./document.ts";

const say = speaker("en");
const nobody = (): null => null;

function diagnostic(more: Partial<Diagnostic> = {}): Diagnostic {
  return {
    code: "unknown-line",
    severity: "warning",
    params: { format: "ipset", text: "ceate" },
    span: { file: "ipset-save.txt", line: 3, column: 5, endColumn: 8 },
    ...more,
  };
}

const plain = (lines: readonly Line[]): readonly string[] =>
  lines.map((line) =>
    line.kind === "text" ? " ".repeat(line.indent) + line.words.map(({ text }) => text).join("") : "?",
  );

describe("diagnosticLines", () => {
  it("shows the place, the line, a caret below it, and the remedy", () => {
    expect(plain(diagnosticLines(diagnostic(), say, () => "abc\tdef ghi"))).toEqual([
      "hookwalk: ipset-save.txt:3:5: not a line of ipset: “ceate”",
      "   abc def ghi",
      "       ^^^",
      "   The line is skipped; everything around it was read.",
    ]);
  });

  it("has no line where the place is none", () => {
    expect(plain(diagnosticLines(diagnostic({ span: { file: "kube-proxy", line: 0 } }), say, nobody))[0]).toBe(
      "hookwalk: kube-proxy: not a line of ipset: “ceate”",
    );
  });

  it("keeps the place of a long line in view", () => {
    const source = `${"x".repeat(500)}HERE${"y".repeat(500)}`;
    const span = { file: "f", line: 1, column: 501, endColumn: 505 };
    const [, text = "", caret = ""] = plain(diagnosticLines(diagnostic({ span, source }), say, nobody));
    expect(text.length).toBeLessThan(100);
    expect(text.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1)).toBe("HERE");
  });

  it("tells a value as long as its file by its beginning", () => {
    const params = { format: "ipset", text: "x".repeat(1_000_000) };
    const [head = ""] = plain(diagnosticLines(diagnostic({ params }), say, nobody));
    expect(head.length).toBeLessThan(250);
    expect(head).toContain("xxx…");
  });

  it("does without the line where nobody has it", () => {
    expect(plain(diagnosticLines(diagnostic(), say, nobody))).toHaveLength(2);
  });

  it("never points outside of the line, whatever the columns", () => {
    const span = { file: "f", line: 1, column: 1000, endColumn: 5 };
    expect(plain(diagnosticLines(diagnostic({ span, source: "short" }), say, nobody))[2]).toBe("        ^");
  });
});

describe("diagnosticsDocument", () => {
  const many = [
    diagnostic(),
    diagnostic(),
    diagnostic(),
    diagnostic({ severity: "error" }),
    diagnostic({ severity: "info" }),
  ];

  it("shows one warning of a kind, errors first, and counts the others", () => {
    expect(plain(diagnosticsDocument(many, false, say, nobody))).toEqual([
      ...plain(diagnosticLines(diagnostic({ severity: "error" }), say, nobody)),
      ...plain(diagnosticLines(diagnostic(), say, nobody)),
      "   2 more like these; -v shows all",
    ]);
  });

  it("shows more errors of a kind, as each is to be mended", () => {
    const lines = plain(
      diagnosticsDocument(
        Array.from({ length: 13 }, () => diagnostic({ severity: "error" })),
        false,
        say,
        nobody,
      ),
    );
    expect(lines.filter((line) => line.startsWith("hookwalk: "))).toHaveLength(10);
    expect(lines.at(-1)).toBe("   3 more like these; -v shows all");
  });

  it("shows everything when asked to", () => {
    expect(diagnosticsDocument(many, true, say, nobody)).toHaveLength(10);
  });
});

describe("diagnosticJson", () => {
  it("says what it is in codes, never in words", () => {
    expect(diagnosticJson(diagnostic({ source: "x" }))).toEqual({
      code: "unknown-line",
      severity: "warning",
      params: { format: "ipset", text: "ceate" },
      span: { file: "ipset-save.txt", line: 3, column: 5, endColumn: 8 },
    });
  });
});
