import type { AnyChain, AnyTable } from "../../explain/place.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { isShownWhole } from "../listings.ts";
import { ruleLine } from "../lines.ts";

const NAME = "orphan-chain";

/** Chains that no rule leads to. Those of known programs are not looked at: such keep chains for later, and some as signs for others. */
export const orphanChain: Check = {
  name: NAME,
  severities: ["warning", "info"],
  example: [":LOST - [0:0]", "-A LOST -j DROP"],
  run(subject) {
    const { tables, nft } = subject.snapshot;
    const all: readonly AnyTable[] = [...(tables.ip ?? []), ...(tables.ip6 ?? []), ...(nft ?? [])];
    return all.flatMap((table) => [...findingsOf(subject, table)]);
  },
};

function* findingsOf({ snapshot, node }: Subject, table: AnyTable): Iterable<Finding> {
  const { family } = table;
  if ((family === "ip" || family === "ip6") && !("sets" in table) && !isShownWhole(snapshot, family)) return;
  const known = node();
  const { owners } = known;
  if (owners.table(table.name) !== null) return;
  const chains: readonly AnyChain[] = table.chains;
  for (const chain of chains) {
    if (isBase(chain) || known.callers(table, chain.name, 1).count > 0 || owners.chain(table.name, chain.name) !== null)
      continue;
    const rules = known.rulesOf(chain);
    yield {
      check: NAME,
      severity: rules.length === 0 ? "info" : "warning",
      message: rules.length === 0 ? "orphan-chain-empty" : "orphan-chain",
      params: { chain: chain.name, rules: rules.length },
      where: {
        family: family === "ip" || family === "ip6" ? family : null,
        table: table.name,
        chain: chain.name,
        rule: null,
        span: { file: chain.span.file, line: chain.span.line },
      },
      related: rules.slice(0, 8).map(ruleLine),
      witness: null,
    };
  }
}

function isBase(chain: AnyChain): boolean {
  return "base" in chain ? chain.base !== null : chain.policy !== null;
}
