import { describe, expect, it } from "vitest";
import { savedTable, toldBy } from "../../../../../test/lint/findings.ts";

const RULES = savedTable("filter", ["-A INPUT -m set --match-set lists src -j ACCEPT"]);
const SETS = [
  "create lists list:set size 8",
  "create listed hash:ip family inet",
  "create alone hash:ip family inet",
  "create KUBE-LOOP-BACK hash:ip,port,ip family inet",
  "add lists listed",
  "",
].join("\n");
const BOTH = { "iptables-save.txt": RULES, "ip6tables-save.txt": savedTable("filter", []), "ipset-save.txt": SETS };

describe("set-unused", () => {
  it("names a set of nobody known that no rule and no list names", () => {
    const kube = savedTable("nat", ["-A KUBE-SERVICES -j RETURN"]);
    expect(toldBy("set-unused", { ...BOTH, "iptables-save.txt": RULES + kube })).toEqual([
      "info set-unused ipset-save.txt:3",
    ]);
  });

  it("says nothing where rules are not all listed", () => {
    expect(toldBy("set-unused", { "iptables-save.txt": RULES, "ipset-save.txt": SETS })).toEqual([]);
    expect(toldBy("set-unused", { ...BOTH, "iptables-save.txt": RULES.replace("COMMIT\n", "") })).toEqual([]);
  });
});
