import { once } from "../../base/once.ts";
import type { Chain, Table } from "../../model/ruleset.ts";
import type { CalicoFinding, ChainCheck, RulePrinter } from "./chain-check.ts";
import { denies, kindOf } from "./chain-end.ts";
import type { ChainKind } from "./chain-end.ts";
import { isCalicoChain } from "./chain-names.ts";
import type { SearchBudget } from "./hash-search.ts";
import { KNOWN_RULES } from "./known-rules.ts";
import { readPrintedRule } from "./printed-rule.ts";
import type { PrintedRule, RuleBody } from "./printed-rule.ts";
import { setMeaning } from "./set-names.ts";
import { verifyChain } from "./verify-chain.ts";
import type { CheckMeans, ReadChain } from "./verify-chain.ts";
import { bodyKey, gatherVocabulary } from "./vocabulary.ts";

/** Hashes that may be spent on finding out why some do not follow: two seconds or so for a whole node. */
const BUDGET = 300_000;

/**
 * Checks the hashes of all rules of Felix: of its own chains, and of its rules in the kernel's chains. `print` is `printRule` of `print/`; `sets` are
 * the names of the node's ipsets, which lend words for what is gone. Where no rule of any table has a hash (Felix before 2.1, or somebody else's
 * `cali-` chains), nothing is judged. Pure, linear in the rules; finding out why a hash does not follow takes a bounded time for the whole node.
 */
export function verifyCalico(
  tables: readonly Table[],
  print: RulePrinter,
  sets: readonly string[] = [],
): readonly ChainCheck[] {
  const read = readChains(tables, print);
  if (!read.some(({ printed }) => printed.some(({ hash }) => hash !== null))) return [];
  const means = meansOf(read, tables, sets);
  const checks = read.map((chain) => verifyChain(chain, means));
  return withLikelyLosses(read, checks);
}

/** The same for one chain of a table, which lends it the words for what is gone; null where Felix has no hand in it. */
export function verifyCalicoChain(table: Table, chain: Chain, print: RulePrinter): ChainCheck | null {
  return verifyCalico([table], print).find((check) => check.chain === chain) ?? null;
}

/** What was done to Felix's rules behind its back, chain by chain; empty where every hash follows. */
export function calicoFindings(
  tables: readonly Table[],
  print: RulePrinter,
  sets: readonly string[] = [],
): readonly CalicoFinding[] {
  return verifyCalico(tables, print, sets).flatMap(({ findings }) => findings);
}

/** A rule whose hash does not follow, but which Felix wrote word for word elsewhere, is hardly what an edit leaves behind: something before it is gone. */
function withLikelyLosses(read: readonly ReadChain[], checks: readonly ChainCheck[]): readonly ChainCheck[] {
  if (!checks.some(({ findings }) => findings.some(({ kind }) => kind === "unexplained"))) return checks;
  const keys = read.map(({ printed }) => printed.map(({ body }) => bodyKey(body)));
  const written = new Set(KNOWN_RULES.map(bodyKey));
  for (const [at, { rules }] of checks.entries()) {
    for (const { status, number } of rules) if (status === "verified") written.add(keys[at]?.[number - 1] ?? "");
  }
  return checks.map((check, at) => ({
    ...check,
    findings: check.findings.map((finding): CalicoFinding => {
      const isLoss = finding.kind === "unexplained" && written.has(keys[at]?.[finding.number - 1] ?? "");
      return isLoss ? { ...finding, kind: "missing", lost: [] } : finding;
    }),
  }));
}

function readChains(tables: readonly Table[], print: RulePrinter): readonly ReadChain[] {
  return tables.flatMap((table) => table.chains.flatMap((chain) => readChain(table, chain, print)));
}

/** A chain that Felix has a hand in; none where it has not. */
function readChain(table: Table, chain: Chain, print: RulePrinter): ReadChain[] {
  const printed = chain.rules.map((rule): PrintedRule => readPrintedRule(print(rule, table.family)));
  const isFelix = isCalicoChain(chain.name) || printed.some(({ hash }) => hash !== null);
  return isFelix ? [{ table, chain, printed }] : [];
}

function meansOf(read: readonly ReadChain[], tables: readonly Table[], sets: readonly string[]): CheckMeans {
  const budget: SearchBudget = { left: BUDGET };
  return {
    budget,
    vocabulary: once(() =>
      gatherVocabulary(
        read.map(({ printed }) => printed.filter(({ hash }) => hash !== null).map(({ body }) => body)),
        tables.flatMap(({ chains }) => chains.map(({ name }) => name).filter(isCalicoChain)),
        sets.filter((name) => setMeaning(name) !== null),
      ),
    ),
    ends: once(() => endsOf(read)),
  };
}

function endsOf(read: readonly ReadChain[]): ReadonlyMap<ChainKind, RuleBody> {
  const ends = new Map<ChainKind, RuleBody>();
  for (const { chain, printed } of read) {
    const kind = kindOf(chain.name);
    const body = printed.findLast(({ hash }) => hash !== null)?.body;
    if (kind !== null && body !== undefined && denies(body)) ends.set(kind, body);
  }
  return ends;
}
