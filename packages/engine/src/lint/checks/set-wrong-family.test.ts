import { describe, expect, it } from "vitest";
import { placed, saved } from "../told.ts";
import { setWrongFamily } from "./set-wrong-family.ts";

const SETS = "create v6 hash:ip family inet6\ncreate v4 hash:ip family inet\ncreate ports bitmap:port range 0-65535\n";

function told(...rules: readonly string[]): readonly string[] {
  return placed(setWrongFamily, { "iptables-save.txt": saved({ filter: rules }), "ipset-save.txt": SETS });
}

describe("set-wrong-family", () => {
  it("names the rule that asks for addresses of the other family", () => {
    expect(
      told("-A INPUT -m set --match-set v6 src -j ACCEPT", "-A INPUT -m set ! --match-set v6 src -j DROP"),
    ).toEqual([
      "warning set-of-other-family INPUT/1 iptables-save.txt:6",
      "warning set-of-other-family-always INPUT/2 iptables-save.txt:7",
    ]);
  });

  it("says nothing of sets of the rule's family, or of both", () => {
    expect(
      told("-A INPUT -m set --match-set v4 src -j ACCEPT", "-A INPUT -m set --match-set ports dst -j ACCEPT"),
    ).toEqual([]);
  });
});
