import type { Check, Finding } from "../finding.ts";
import { differencesOf, placeOf, shownIn, tellerOf } from "../view-places.ts";
import type { Difference } from "../view-places.ts";

const NAME = "view-lost-match";

/** A listing leaves out a match of a rule: read literally, the rule takes packets that it does not take. */
export const viewLostMatch: Check = {
  name: NAME,
  severities: ["error", "warning", "info"],
  example: [
    'iptables-save.txt:40   -A CILIUM_PRE_raw -m comment --comment "cilium: NOTRACK for proxy traffic" -j CT --notrack',
    "nft-ruleset.txt:332    meta mark & 0x00000f00 == 0x00000200 counter packets 0 bytes 0 notrack",
  ],
  run({ snapshot }) {
    const lost = differencesOf(snapshot.views).filter(({ difference: { kind, told } }) =>
      kind === "lost-match" ? true : kind === "changed" && told === null,
    );
    return [...byRuleAndView(lost)].map(findingOf);
  },
};

/** All that one listing lost of one rule is one finding. */
function byRuleAndView(differences: readonly Difference[]): Iterable<readonly [Difference, ...Difference[]]> {
  const groups = new Map<string, [Difference, ...Difference[]]>();
  for (const one of differences) {
    const { family, name } = one.merged.table;
    const key = [family, name, one.difference.chain, one.difference.number, one.difference.view].join(" ");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups.values();
}

function findingOf(group: readonly [Difference, ...Difference[]]): Finding {
  const [first] = group;
  const { difference, view } = first;
  const part = group.map((one) => one.difference.part).join(" ");
  const isTold = group.every((one) => one.difference.told !== null);
  // Who restores what iptables-save printed loses the match for good; nobody restores what the others print.
  const isHarmful = view.tool === "iptables-save";
  const message = isTold
    ? "lost-match"
    : difference.kind === "changed"
      ? "match-told-by-name"
      : "lost-match-nobody-tells";
  return {
    check: NAME,
    severity: isHarmful ? "error" : isTold ? "info" : "warning",
    message,
    params: { file: view.table.span.file, part, other: tellerOf(first) },
    where: placeOf(first),
    related: shownIn(first),
    witness: null,
  };
}
