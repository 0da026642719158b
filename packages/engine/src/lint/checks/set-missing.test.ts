import { describe, expect, it } from "vitest";
import { findingsOf, placed, saved } from "../told.ts";
import { setMissing } from "./set-missing.ts";

const RULES = saved({
  filter: [
    "-A INPUT -m set --match-set admins src -j ACCEPT",
    "-A FORWARD -m set --match-set admins src -j ACCEPT",
    "-A FORWARD -j SET --add-set seen src",
  ],
});
const SEEN = "create seen hash:ip family inet\n";

describe("set-missing", () => {
  it("names a set once, with the rules that name it", () => {
    const files = { "iptables-save.txt": RULES, "ipset-save.txt": SEEN };
    expect(placed(setMissing, files)).toEqual(["warning set-missing INPUT/1 iptables-save.txt:6"]);
    expect(findingsOf(setMissing, files)[0]?.related.map(({ text }) => text)).toEqual([
      "-A INPUT -m set --match-set admins src -j ACCEPT",
      "-A FORWARD -m set --match-set admins src -j ACCEPT",
    ]);
  });

  it("says nothing where no sets were listed, or all were", () => {
    expect(placed(setMissing, { "iptables-save.txt": RULES })).toEqual([]);
    const all = `${SEEN}create admins hash:net family inet\n`;
    expect(placed(setMissing, { "iptables-save.txt": RULES, "ipset-save.txt": all })).toEqual([]);
  });

  it("takes a set that was listed without its members for one that is there", () => {
    const terse = "Name: admins\nType: hash:ip\nHeader: family inet\nNumber of entries: 1\n";
    const files = { "iptables-save.txt": RULES, "ipset-save.txt": SEEN, "ipset-list.txt": terse };
    expect(placed(setMissing, files)).toEqual([]);
  });
});
