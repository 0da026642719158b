import { describe, expect, it } from "vitest";
import { ipRules, placed } from "../told.ts";
import { eniWithoutNumber } from "./eni-without-number.ts";

const MAIN = "default via 10.0.0.253 dev eth0\n";

function told(table10: string, rule = "111:\tfrom 10.0.0.239 lookup 10"): readonly string[] {
  return placed(eniWithoutNumber, {
    "ip-rule.txt": ipRules("9:\tfrom all fwmark 0x200/0xf00 lookup 2004", rule),
    "ip-route.txt": MAIN,
    "ip-route-table-10.txt": table10,
  });
}

describe("eni-without-number", () => {
  it("names an interface of number 0 that is not the primary one", () => {
    expect(told("default via 10.0.0.253 dev eth1\n")).toEqual(["info eni-without-number ip-rule.txt:3"]);
  });

  it("is a warning where two of them share the table", () => {
    const both = "default via 10.0.0.253 dev eth1\ndefault via 10.0.0.253 dev eth2 metric 1\n";
    expect(told(both)).toEqual(["warning eni-without-number ip-rule.txt:3"]);
  });

  it("says nothing of the primary device, of other tables, nor of rules of others", () => {
    expect(told("default via 10.0.0.253 dev eth0\n")).toEqual([]);
    expect(told("default via 10.0.0.253 dev eth1\n", "111:\tfrom 10.0.0.239 lookup 11")).toEqual([]);
    expect(told("default via 10.0.0.253 dev eth1\n", "700:\tfrom 10.0.0.239 lookup 10")).toEqual([]);
  });
});
