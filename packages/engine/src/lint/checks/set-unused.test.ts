import { describe, expect, it } from "vitest";
import { placed, saved } from "../told.ts";
import { setUnused } from "./set-unused.ts";

const RULES = saved({
  filter: ["-A INPUT -m set --match-set lists src -j ACCEPT"],
  nat: ["-A KUBE-SERVICES -j RETURN"],
});
const V6 = saved({ filter: [] }).replace("iptables-save", "ip6tables-save");
const SETS = [
  "create lists list:set size 8",
  "create listed hash:ip family inet",
  "create alone hash:ip family inet",
  "create KUBE-LOOP-BACK hash:ip,port,ip family inet",
  "add lists listed",
  "",
].join("\n");
const BOTH = { "iptables-save.txt": RULES, "ip6tables-save.txt": V6, "ipset-save.txt": SETS };

describe("set-unused", () => {
  it("names a set of nobody known that no rule and no list names", () => {
    expect(placed(setUnused, BOTH)).toEqual(["info set-unused ipset-save.txt:3"]);
  });

  it("says nothing where rules are not all listed", () => {
    expect(placed(setUnused, { "iptables-save.txt": RULES, "ipset-save.txt": SETS })).toEqual([]);
    expect(placed(setUnused, { ...BOTH, "iptables-save.txt": RULES.replace("COMMIT\n", "") })).toEqual([]);
  });
});
