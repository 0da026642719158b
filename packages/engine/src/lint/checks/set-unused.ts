import type { Check } from "../finding.ts";
import { lineAt, setLine } from "../lines.ts";
import { isShownWhole } from "../listings.ts";
import { setUses } from "../set-uses.ts";

const NAME = "set-unused";

/** Sets of nobody known that no rule and no other set names. Those of known owners wait for the rules that they will write. */
export const setUnused: Check = {
  name: NAME,
  severities: ["info"],
  example: ["ipset-save.txt:1  create admins hash:ip family inet hashsize 1024 maxelem 65536"],
  run({ snapshot, node }) {
    if (snapshot.sets === null || !isShownWhole(snapshot, "ip") || !isShownWhole(snapshot, "ip6")) return [];
    const named = new Set(setUses(node()).map(({ set }) => set));
    for (const { elements } of snapshot.sets) {
      for (const { parts } of elements) for (const part of parts) if (part.kind === "set") named.add(part.name);
    }
    return snapshot.sets
      .filter(({ name }) => !named.has(name) && node().owners.set(name, null) === null)
      .map((set) => ({
        check: NAME,
        severity: "info",
        message: "set-unused",
        params: { set: set.name },
        where: lineAt(set.span, set.family),
        related: [setLine(set)],
        witness: null,
      }));
  },
};
