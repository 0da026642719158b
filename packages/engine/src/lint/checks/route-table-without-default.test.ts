import { describe, expect, it } from "vitest";
import { findingsOf, ipRules, placed } from "../told.ts";
import { routeTableWithoutDefault } from "./route-table-without-default.ts";

function files(rule: string, routes: string): Readonly<Record<string, string>> {
  return { "ip-rule.txt": ipRules(rule), "ip-route-table-11.txt": routes };
}

const FROM = "111:\tfrom 10.0.0.2 lookup 11";
const LINK = "10.0.0.1 dev eth1 scope link \n";

describe("route-table-without-default", () => {
  it("names the rule that sends an address to a table without a way to all", () => {
    expect(placed(routeTableWithoutDefault, files(FROM, LINK))).toEqual([
      "info route-table-without-default ip-rule.txt:2",
    ]);
    expect(findingsOf(routeTableWithoutDefault, files(FROM, LINK))[0]?.related).toMatchObject([
      { text: "111: from 10.0.0.2 lookup 11" },
      { text: "10.0.0.1 dev eth1 table 11 scope link" },
    ]);
  });

  it("says nothing with a default route, in one piece or two, or where the rule asks for the destination or suppresses", () => {
    const told = (rule: string, routes: string): readonly string[] =>
      placed(routeTableWithoutDefault, files(rule, routes));
    expect(told(FROM, `default via 10.0.0.1 dev eth1 \n${LINK}`)).toEqual([]);
    expect(told(FROM, "0.0.0.0/1 dev eth1 scope link \n128.0.0.0/1 dev eth1 scope link \n")).toEqual([]);
    expect(told("111:\tfrom 10.0.0.2 to 10.0.0.0/8 lookup 11", LINK)).toEqual([]);
    expect(told(`${FROM} suppress_prefixlength 0`, LINK)).toEqual([]);
  });
});
