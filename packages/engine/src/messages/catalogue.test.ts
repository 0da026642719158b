import { describe, expect, it } from "vitest";
import { catalogues, speaker } from "./catalogue.ts";

const holes = (text: string): readonly string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

describe("the catalogues", () => {
  it.each(["diagnostics", "report", "commandLine", "lint", "checks"] as const)(
    "have the same holes in both languages: %s",
    (part) => {
      const en = Object.entries(catalogues.en[part]).map(([id, text]) => [id, holes(text)]);
      const zh = Object.entries(catalogues.zh[part]).map(([id, text]) => [id, holes(text)]);
      expect(Object.fromEntries(zh)).toEqual(Object.fromEntries(en));
    },
  );

  it("give every diagnostic a remedy after the line break", () => {
    for (const text of Object.values({ ...catalogues.en.diagnostics })) expect(text).toMatch(/^.+\n.+/s);
  });
});

describe("speaker", () => {
  it("fills the holes and leaves those without a parameter", () => {
    expect(speaker("en").report("by-rule", { place: "filter/FORWARD", rule: 3 })).toBe(" by filter/FORWARD rule 3");
    expect(speaker("zh").diagnostic("unknown-line", { format: "ipset" })).toContain("ipset 的行：“{text}”");
  });

  it("never takes a parameter from the prototype", () => {
    expect(speaker("en").diagnostic("unknown-line", {})).toContain("{format}");
  });
});
