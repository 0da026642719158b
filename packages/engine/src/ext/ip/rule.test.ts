import { describe, expect, it } from "vitest";
import type { Extras, RoutingRule } from "../../model/routing.ts";
import { ruleKeywords, ruleWords, unknownSelector } from "./rule.ts";

function withExtras(extras: Extras): RoutingRule {
  return {
    family: "ip",
    priority: 9,
    not: false,
    from: null,
    to: null,
    tos: null,
    fwmark: null,
    iif: null,
    oif: null,
    uidRange: null,
    ipproto: null,
    sport: null,
    dport: null,
    tunId: null,
    l3mdev: false,
    action: { kind: "lookup", table: "main" },
    suppressPrefixLength: null,
    suppressIfGroup: null,
    extras,
    span: { file: "made by hand", line: 1 },
  };
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
