import type { Family } from "../base/address.ts";
import { nodeOf } from "../explain/node.ts";
import type { CompiledRule, Program } from "../program/program.ts";
import { printRule } from "../print/iptables-save.ts";
import { printNftRule } from "../print/nft/nft.ts";
import { ruleFaults } from "../prove/rule-faults.ts";
import type { RuleFault } from "../prove/rule-faults.ts";
import type { Place, RelatedPlace, Subject } from "./finding.ts";

/** A rule that no packet matches, with where it stands. */
export interface PlacedFault {
  readonly fault: RuleFault;
  readonly family: Family;
  readonly where: Place;
  /** Somebody's program wrote the chain: what follows from how it always writes is no news. */
  readonly isGenerated: boolean;
}

const known = new WeakMap<Program, readonly PlacedFault[]>();

/** Every rule of both families that no packet can match; proved once for all the checks that ask. */
export function placedFaults({ snapshot, program }: Subject): readonly PlacedFault[] {
  const compiled = program();
  const before = known.get(compiled);
  if (before !== undefined) return before;
  const { owners } = nodeOf(snapshot);
  const placed = (["ip", "ip6"] as const).flatMap((family) =>
    ruleFaults(compiled, family).faults.map((fault): PlacedFault => {
      const { table, chain, rule } = fault;
      const { file, line } = rule.source;
      return {
        fault,
        family,
        where: { family, table: table.name, chain: chain.name, rule: rule.number, span: { file, line } },
        isGenerated: (owners.chain(table.name, chain.name)?.owner.name ?? "kernel") !== "kernel",
      };
    }),
  );
  known.set(compiled, placed);
  return placed;
}

/** The rules as they stand in the dump. */
export function linesOf(rules: readonly CompiledRule[], family: Family): readonly RelatedPlace[] {
  return rules.map(({ source }) => ({
    span: { file: source.file, line: source.line },
    text: "statements" in source ? (source.text ?? printNftRule(source)) : printRule(source, family),
  }));
}

/** `1, 3, 4`. */
export function numbersOf(rules: readonly CompiledRule[]): string {
  return rules.map(({ number }) => String(number)).join(", ");
}
