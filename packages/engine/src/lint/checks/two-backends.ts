import type { Family } from "../../base/address.ts";
import type { Table } from "../../model/ruleset.ts";
import type { Check, Finding } from "../finding.ts";

const NAME = "two-backends";

/** Rules in a table of one name in both backends: whoever looks with one tool does not see what the other wrote. */
export const twoBackends: Check = {
  name: NAME,
  severities: ["warning"],
  example: [
    "iptables-legacy-save.txt:5  -A FORWARD -s 10.0.0.0/8 -j ACCEPT",
    "iptables-nft-save.txt:5     -A FORWARD -s 10.0.0.0/8 -j DROP",
  ],
  run: ({ snapshot }) =>
    (["ip", "ip6"] as const).flatMap((family) => findingsOf(family, snapshot.tables[family] ?? [])),
};

function findingsOf(family: Family, tables: readonly Table[]): readonly Finding[] {
  const filled = tables.filter(({ name, rules }) => name !== "" && rules.length > 0);
  return filled
    .filter(({ backend }) => backend === "nft")
    .flatMap((nft) => {
      const other = filled.find(({ name, backend }) => name === nft.name && backend !== "nft");
      if (other === undefined) return [];
      return [
        {
          check: NAME,
          severity: "warning" as const,
          message: "two-backends" as const,
          params: { table: nft.name },
          where: { family, table: nft.name, chain: null, rule: null, span: other.span },
          related: [other, nft].map(({ span, rules, backend }) => ({
            span,
            text: `${backend === "unknown" ? "legacy" : backend}: ${String(rules.length)} rules`,
          })),
          witness: null,
        },
      ];
    });
}
