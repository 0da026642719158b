import type { Check } from "../finding.ts";
import { differencesOf, placeOf, shownIn, tellerOf } from "../view-places.ts";

const NAME = "view-inverted";

/** A listing shows the opposite of what a rule says, or something else. */
export const viewInverted: Check = {
  name: NAME,
  severities: ["warning"],
  example: [
    "nft-ruleset.txt:175   ip saddr != 127.0.0.0/8 ip daddr 127.0.0.0/8 ct status dnat counter packets 0 bytes 0 drop",
    "the rule itself       -A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP",
  ],
  run: ({ snapshot }) =>
    differencesOf(snapshot.views)
      .filter(({ difference: { kind, told } }) => kind === "inverted" || (kind === "changed" && told !== null))
      .map((one) => ({
        check: NAME,
        severity: "warning",
        message: one.difference.kind === "inverted" ? "inverted-match" : "changed-part",
        params: { file: one.view.table.span.file, part: one.difference.part, other: tellerOf(one) },
        where: placeOf(one),
        related: shownIn(one),
        witness: null,
      })),
};
