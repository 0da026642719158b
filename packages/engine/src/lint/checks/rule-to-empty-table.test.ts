import { describe, expect, it } from "vitest";
import { ipRules, placed } from "../told.ts";
import { ruleToEmptyTable } from "./rule-to-empty-table.ts";

const RULES = ipRules("111:\tfrom 10.0.0.2 lookup 11");
const MAIN = "default via 10.0.0.1 dev eth0 \n";
const LOCAL = "local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1 \n";

function told(routes: string, more: Readonly<Record<string, string>> = {}): readonly string[] {
  return placed(ruleToEmptyTable, { "ip-rule.txt": RULES, "ip-route.txt": routes, ...more });
}

describe("rule-to-empty-table", () => {
  it("names the rule whose table has no route in a listing of all tables, or in its own", () => {
    expect(told(MAIN + LOCAL)).toEqual(["warning rule-to-empty-table ip-rule.txt:2"]);
    expect(told(MAIN, { "ip-route-table-11.txt": "" })).toEqual(["warning rule-to-empty-table ip-rule.txt:2"]);
  });

  it("says nothing of a table that was not listed, or has a route, nor of the kernel's own", () => {
    expect(told(MAIN)).toEqual([]);
    expect(told(`${MAIN}${LOCAL}default via 10.0.0.1 dev eth1 table 11 \n`)).toEqual([]);
    expect(told(MAIN, { "ip-route-table-11.txt": "10.0.0.1 dev eth1 scope link \n" })).toEqual([]);
  });
});
