import { describe, expect, it } from "vitest";
import { plainRoutingRule } from "../../model/routing-rule.ts";
import type { Extras, RoutingRule } from "../../model/routing.ts";
import { ruleKeywords, ruleWords, unknownSelector } from "./rule.ts";

function withExtras(extras: Extras): RoutingRule {
  const span = { file: "made by hand", line: 1 };
  return { ...plainRoutingRule("ip", 9, { kind: "lookup", table: "main" }, span), extras };
}

describe("the words of a rule", () => {
  it("each belong to one phrase", () => {
    expect(ruleKeywords.size).toBe(ruleWords.flatMap(({ words }) => words).length);
  });

  it("that select nothing are no reason to doubt whether it matches", () => {
    expect(
      unknownSelector(
        withExtras([
          ["proto", "bird"],
          ["[unresolved]", null],
          ["iif", "[detached]"],
        ]),
      ),
    ).toBeNull();
  });

  it("that nobody knows are", () => {
    expect(
      unknownSelector(
        withExtras([
          ["proto", "bird"],
          ["flowlabel", null],
        ]),
      ),
    ).toBe("flowlabel");
  });
});
