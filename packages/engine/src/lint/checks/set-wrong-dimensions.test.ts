import { describe, expect, it } from "vitest";
import { placed, saved } from "../told.ts";
import { setWrongDimensions } from "./set-wrong-dimensions.ts";

const SETS = [
  "create one hash:ip family inet",
  "create two hash:ip,port family inet",
  "create ones list:set size 8",
  "create twos list:set size 8",
  "add ones one",
  "add ones two",
  "add twos two",
  "",
].join("\n");

function told(...rules: readonly string[]): readonly string[] {
  return placed(setWrongDimensions, { "iptables-save.txt": saved({ filter: rules }), "ipset-save.txt": SETS });
}

describe("set-wrong-dimensions", () => {
  it("tells what never matches from what always does, and from what is never changed", () => {
    expect(
      told(
        "-A INPUT -m set --match-set two src -j ACCEPT",
        "-A INPUT -m set ! --match-set two src -j DROP",
        "-A INPUT -j SET --add-set two src",
        "-A INPUT -m set --match-set twos src -j ACCEPT",
      ),
    ).toEqual([
      "warning set-never-matches INPUT/1 iptables-save.txt:6",
      "warning set-always-matches INPUT/2 iptables-save.txt:7",
      "warning set-never-changed INPUT/3 iptables-save.txt:8",
      "warning set-never-matches INPUT/4 iptables-save.txt:9",
    ]);
  });

  it("notes sides that are ignored", () => {
    expect(told("-A INPUT -m set --match-set one src,dst -j ACCEPT")).toEqual([
      "info set-sides-ignored INPUT/1 iptables-save.txt:6",
    ]);
  });

  it("says nothing where the sides are as many as the dimensions, of the set or of some member", () => {
    expect(
      told(
        "-A INPUT -m set --match-set two src,dst -j ACCEPT",
        "-A INPUT -m set --match-set ones src -j ACCEPT",
        "-A INPUT -m set --match-set ones src,dst -j ACCEPT",
      ),
    ).toEqual([]);
  });
});
