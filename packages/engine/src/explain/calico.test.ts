import { describe, expect, it } from "vitest";
import { renderPhrase } from "../messages/explain/phrase.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import { explainSnapshot } from "./explain.ts";
import type { Explanation } from "./explanation.ts";

const START = '-A cali-tw-cali1 -m comment --comment "Start of policies" -j MARK --set-xmark 0x0/0x20000';
const TIER = '-A cali-tw-cali1 -m comment --comment "Start of tier default" -j MARK --set-xmark 0x0/0x20000';
const RETURN =
  '-A cali-tw-cali1 -m comment --comment "Return if policy accepted" -m mark --mark 0x10000/0x10000 -j RETURN';

/** A policy's chain with rules that set each bit. */
function explained(start: string, end: string): Explanation {
  const set = (bit: string): string => `-A cali-pi-p -j MARK --set-xmark ${bit}/${bit}\n`;
  const text =
    `*filter\n:cali-tw-cali1 - [0:0]\n:cali-pi-p - [0:0]\n${start}\n-A cali-tw-cali1 -m mark --mark 0x0/0x20000 -j cali-pi-p\n${RETURN}\n` +
    `${set("0x40000")}${set("0x20000")}${set("0x10000")}${end}COMMIT\n`;
  return explainSnapshot(parseSnapshot([{ path: "iptables-save.txt", text }], { name: "n" }), { kind: "all" });
}

/** Why each rule of the policy's chain is there. */
function purposes({ tables }: Explanation): readonly (string | null)[] {
  const rules = tables.flatMap(({ chains }) => chains).find(({ name }) => name === "cali-pi-p")?.rules ?? [];
  return rules.map(({ purpose }) => (purpose === null ? null : renderPhrase(purpose, "en").replace(/:.*/, "")));
}

function versions({ owners }: Explanation): unknown {
  return owners.find(({ owner }) => owner.name === "calico")?.versions;
}

describe("bits of Calico's mark, by the version that wrote the rules", () => {
  it("0x40000 is a bit of Felix's own use up to 3.29", () => {
    const before = explained(START, "-A cali-pi-p -m mark --mark 0x10000/0x10000 -j RETURN\n");
    expect(purposes(before)).toEqual([null, "A pass rule", "An allow rule", "The allow rule before it has matched"]);
    expect(versions(before)).toEqual({ from: null, to: "3.27" });
  });

  it("and “drop” from 3.30 on, where a rule drops what has it", () => {
    const after = explained(TIER, "-A cali-pi-p -m mark --mark 0x40000/0x40000 -j DROP\n");
    expect(purposes(after)).toEqual(["A deny rule", "A pass rule", "An allow rule", "A deny rule."]);
    expect(versions(after)).toEqual({ from: "3.29", to: null });
  });
});
