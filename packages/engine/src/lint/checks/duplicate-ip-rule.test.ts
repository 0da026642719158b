import { describe, expect, it } from "vitest";
import { ipRules, placed } from "../told.ts";
import { duplicateIpRule } from "./duplicate-ip-rule.ts";

function told(...rules: readonly string[]): readonly string[] {
  return placed(duplicateIpRule, { "ip-rule.txt": ipRules(...rules) });
}

describe("duplicate-ip-rule", () => {
  it("names the later of two that say the same, whoever wrote them", () => {
    expect(told("111:\tfrom 10.0.0.2 lookup 11", "2048:\tfrom 10.0.0.2 lookup 11 proto kernel")).toEqual([
      "info duplicate-ip-rule ip-rule.txt:3",
    ]);
  });

  it("says nothing of others, nor of the kernel's own rules", () => {
    expect(
      told("111:\tfrom 10.0.0.2 lookup 11", "111:\tfrom 10.0.0.3 lookup 11", "112:\tfrom 10.0.0.2 lookup 12"),
    ).toEqual([]);
    expect(told("100:\tfrom all lookup local")).toEqual([]);
  });
});
