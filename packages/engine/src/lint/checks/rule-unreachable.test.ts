import { describe, expect, it } from "vitest";
import { ipRules, placed } from "../told.ts";
import { ruleUnreachable } from "./rule-unreachable.ts";

const MAIN = "default via 10.0.0.1 dev eth0 \n";

function told(rules: string, routes = MAIN): readonly string[] {
  return placed(ruleUnreachable, { "ip-rule.txt": rules, "ip-route.txt": routes });
}

describe("rule-unreachable", () => {
  it("names a rule behind one that answers for all", () => {
    expect(told(`${ipRules()}32800:\tfrom 10.0.0.2 lookup 11\n`)).toEqual(["warning rule-unreachable ip-rule.txt:4"]);
    expect(told(ipRules("100:\tfrom all unreachable", "111:\tfrom 10.0.0.2 lookup 11"))).toEqual([
      "warning rule-unreachable ip-rule.txt:3",
    ]);
  });

  it("says nothing of the kernel's own rules, nor where the way to all may be gone or is passed over", () => {
    expect(told(ipRules("111:\tfrom 10.0.0.2 lookup 11"))).toEqual([]);
    const behind = `${ipRules()}32800:\tfrom 10.0.0.2 lookup 11\n`;
    expect(told(behind, "10.0.0.0/24 dev eth0 scope link \n")).toEqual([]);
    expect(told(behind, "default via 10.0.0.1 dev eth0 linkdown \n")).toEqual([]);
    expect(told(behind.replace("lookup main", "lookup main suppress_prefixlength 0"))).toEqual([]);
    expect(told(`${behind}10:\tfrom 10.9.0.0/16 goto 32800\n`)).toEqual([]);
  });
});
