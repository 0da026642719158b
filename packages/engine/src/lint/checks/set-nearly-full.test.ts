import { describe, expect, it } from "vitest";
import { placed } from "../told.ts";
import { setNearlyFull } from "./set-nearly-full.ts";

function told(create: string, members: number): readonly string[] {
  const added = Array.from({ length: members }, (_, index) => `add s 10.0.0.${String(index + 1)}\n`).join("");
  return placed(setNearlyFull, { "ipset-save.txt": `${create}\n${added}` });
}

describe("set-nearly-full", () => {
  it("tells little room from none", () => {
    const create = "create s hash:ip family inet hashsize 1024 maxelem 20";
    expect(told(create, 17)).toEqual([]);
    expect(told(create, 18)).toEqual(["warning set-nearly-full ipset-save.txt:1"]);
    expect(told(create, 20)).toEqual(["error set-full ipset-save.txt:1"]);
  });

  it("says nothing of a set that makes room by itself", () => {
    expect(told("create s hash:ip family inet hashsize 1024 maxelem 20 forceadd", 20)).toEqual([]);
  });

  it("counts the members of a set of nft, but not the two ends of intervals", () => {
    const nft = (size: string, flags: string): string =>
      `table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t\tsize ${size}\n${flags}\t\telements = { 10.0.0.1, 10.0.0.2 }\n\t}\n}\n`;
    expect(placed(setNearlyFull, { "nft-ruleset.txt": nft("2", "") })).toEqual(["error set-full nft-ruleset.txt:2"]);
    expect(placed(setNearlyFull, { "nft-ruleset.txt": nft("8", "") })).toEqual([]);
    expect(placed(setNearlyFull, { "nft-ruleset.txt": nft("2", "\t\tflags interval\n") })).toEqual([]);
  });
});
