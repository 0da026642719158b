import type { MergedTable } from "../../model/views.ts";
import type { Check, Finding } from "../finding.ts";
import { differencesOf, placeOf, shownIn, tellerOf } from "../view-places.ts";

const NAME = "view-inverted";

/** A listing shows the opposite of what a rule says, or something else. */
export const viewInverted: Check = {
  name: NAME,
  severities: ["warning", "info"],
  example: [
    "nft-ruleset.txt:175   ip saddr != 127.0.0.0/8 ip daddr 127.0.0.0/8 ct status dnat counter packets 0 bytes 0 drop",
    "the rule itself       -A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP",
  ],
  run: ({ snapshot: { views } }) => [
    ...differencesOf(views)
      .filter(({ difference: { kind, told } }) => kind === "inverted" || (kind === "changed" && told !== null))
      .map((one): Finding => ({
        check: NAME,
        severity: "warning",
        message: one.difference.kind === "inverted" ? "inverted-match" : "changed-part",
        params: { file: one.view.table.span.file, part: one.difference.part, other: tellerOf(one) },
        where: placeOf(one),
        related: shownIn(one),
        witness: null,
      })),
    ...views.flatMap((merged) => [...maskedCopies(merged)]),
  ],
};

/**
 * nft's words for `CONNMARK --restore-mark` and `--save-mark` with masks (extensions/libxt_CONNMARK.c connmark_tg_xlate): as nft's own they would
 * clear the other bits, which the target keeps (net/netfilter/xt_connmark.c connmark_tg_shift).
 */
const MASKED_COPY = /\b(?:meta mark set ct mark|ct mark set (?:meta )?mark) (?:and|&) (0x[0-9a-f]+)/;

function* maskedCopies({ table, views, origins }: MergedTable): Iterable<Finding> {
  for (const chain of table.chains)
    for (const [index, rule] of chain.rules.entries())
      for (const [at, view] of views.entries()) {
        const shown = origins.get(rule)?.shown[at] ?? null;
        const text = shown === null ? undefined : view.originals.get(shown);
        const mask = MASKED_COPY.exec(text ?? "")?.[1];
        if (shown === null || text === undefined || mask === undefined) continue;
        const span = { file: shown.file, line: shown.line };
        yield {
          check: NAME,
          severity: "info",
          message: "masked-copy",
          params: { file: span.file, bits: mask },
          where: { family: table.family, table: table.name, chain: chain.name, rule: index + 1, span },
          related: [{ span, text }],
          witness: null,
        };
      }
}
