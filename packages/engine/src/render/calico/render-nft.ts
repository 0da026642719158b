import type { NftBaseChain, NftStatement } from "../../model/nft.ts";
import type { IpSet } from "../../model/sets.ts";
import { APPENDED, ruleHashes } from "../../owners/calico/rule-hash.ts";
import { deviceName } from "../nft/expression.ts";
import { NftTableDraft } from "../nft/table-draft.ts";
import type { FelixRule, Fragment } from "./felix-rule.ts";
import type { NftPlace } from "./nft-dialect.ts";
import { layered, nftAction, nftTest, portsOf } from "./nft-dialect.ts";
import { declareSet } from "./nft-sets.ts";
import type { FamilyInput } from "./objects/inputs.ts";
import { compareTexts } from "./order.ts";
import { familyPlans, plannedChains, plannedHooks } from "./render-calico.ts";
import type { FamilyPlan } from "./render-calico.ts";

/** Where each of Felix's four layers hooks in: felix/nftables/table.go baseChains, 3.30. */
const BASES: readonly (readonly [name: string, base: Omit<NftBaseChain, "devices" | "policy">])[] = [
  ["raw-PREROUTING", { type: "filter", hook: "prerouting", priority: -300 }],
  ["raw-OUTPUT", { type: "filter", hook: "output", priority: -300 }],
  ["mangle-PREROUTING", { type: "filter", hook: "prerouting", priority: -150 }],
  ["mangle-INPUT", { type: "filter", hook: "input", priority: -150 }],
  ["mangle-FORWARD", { type: "filter", hook: "forward", priority: -150 }],
  ["mangle-OUTPUT", { type: "route", hook: "output", priority: -150 }],
  ["mangle-POSTROUTING", { type: "filter", hook: "postrouting", priority: -150 }],
  ["nat-PREROUTING", { type: "nat", hook: "prerouting", priority: -100 }],
  ["nat-INPUT", { type: "nat", hook: "input", priority: -100 }],
  ["nat-OUTPUT", { type: "nat", hook: "output", priority: 110 }],
  ["nat-POSTROUTING", { type: "nat", hook: "postrouting", priority: 110 }],
  ["filter-INPUT", { type: "filter", hook: "input", priority: 0 }],
  ["filter-FORWARD", { type: "filter", hook: "forward", priority: 0 }],
  ["filter-OUTPUT", { type: "filter", hook: "output", priority: 0 }],
];

/**
 * Table `calico` of each family as Felix writes it with nftablesMode: one table with four layers, each what is a table of iptables: the same rules in the
 * other dialect; workloads are found in maps. Pure; linear in the node's objects.
 *
 * @param families of one node.
 */
export function calicoNftTables(families: readonly FamilyInput[]): readonly NftTableDraft[] {
  const plans = familyPlans(
    families.map(({ input }) => input),
    "nft",
  );
  return plans.map((plan, at) => nftTable(plan, families[at]?.sets ?? []));
}

function nftTable({ family, tables }: FamilyPlan, sets: readonly IpSet[]): NftTableDraft {
  const draft = new NftTableDraft({ family, name: "calico", comment: null });
  for (const set of sets) declareSet(draft, set);
  const plans = tables.map((plan) => ({ place: { family, layer: plan.name }, plan }));
  for (const [name, base] of BASES) draft.chain(name, { base: { ...base, devices: [], policy: "accept" } });
  for (const { place, plan } of plans) {
    for (const { chain, first, last } of plannedHooks(plan)) {
      writeRules(draft, place, { chain, seed: chain, rules: first });
      writeRules(draft, place, { chain, seed: chain + APPENDED, rules: last });
    }
    const chains = [...plannedChains(plan)].sort((a, b) => compareTexts(a.name, b.name));
    for (const rule of chains.flatMap(({ rules }) => rules)) declareMaps(draft, place, rule);
    for (const { name } of chains) draft.chain(layered(place, name));
    for (const { name, rules } of chains) writeRules(draft, place, { chain: name, seed: name, rules });
  }
  return draft;
}

/** The maps that a rule asks, with the chain of each interface. */
function declareMaps(draft: NftTableDraft, place: NftPlace, { fragments }: FelixRule): void {
  for (const fragment of fragments) {
    if (fragment.kind !== "verdict-map") continue;
    const name = layered(place, fragment.map);
    draft.set({ name, type: ["ifname"], data: ["verdict"] });
    for (const [device, chain] of fragment.chains)
      draft.element(name, [deviceName(device)], { kind: "goto", chain: layered(place, chain) });
  }
}

interface PlacedRules {
  readonly chain: string;
  /** What the hashes begin with. */
  readonly seed: string;
  readonly rules: readonly FelixRule[];
}

function writeRules(draft: NftTableDraft, place: NftPlace, { chain, seed, rules }: PlacedRules): void {
  const written = rules.map((rule) => ({ comments: rule.comments, ...ruleWords(rule, place) }));
  const hashes = ruleHashes(
    layered(place, seed),
    written.map(({ text }) => text),
  );
  for (const [at, { statements, comments }] of written.entries())
    draft.rule(layered(place, chain), statements, commentOf(hashes[at] ?? "", comments));
}

const COUNTER: NftStatement = { kind: "counter", counters: { packets: "0", bytes: "0" }, name: null };

/** What is hashed, and what nft makes of it: felix/nftables/renderer.go renderRule. */
export function ruleWords(
  { fragments, action }: FelixRule,
  place: NftPlace,
): { readonly text: string; readonly statements: readonly NftStatement[] } {
  let protocol = "";
  const tests = fragments.map((fragment) => {
    if (fragment.kind === "protocol" && !fragment.negated) ({ protocol } = fragment);
    return { words: nftTest(fragment, place, protocol), fragment };
  });
  const texts = tests.map(({ words }) => words.text);
  const statements = tests
    .filter(({ fragment }, at) => !isImplied(fragment, fragments.slice(at + 1)))
    .flatMap(({ words }) => words.statements);
  if (action === null)
    return {
      text: texts.join(" ") || "continue",
      statements: statements.length === 0 ? [{ kind: "continue" }] : statements,
    };
  const done = nftAction(action, place);
  return { text: [...texts, "counter", done.text].join(" "), statements: [...statements, COUNTER, ...done.statements] };
}

const IMPLYING: ReadonlySet<Fragment["kind"]> = new Set<Fragment["kind"]>(["ports", "udp-port", "icmp"]);

/** A protocol that a test behind it is of anyway: nft does not list it. */
function isImplied(fragment: Fragment, behind: readonly Fragment[]): boolean {
  return (
    fragment.kind === "protocol" &&
    !fragment.negated &&
    behind.some(
      (other) =>
        (other.kind === "set" && other.withPort && portsOf(fragment.protocol) !== null) || IMPLYING.has(other.kind),
    )
  );
}

const LONGEST_COMMENT = 128;

/** The hash, and as much of each comment as there is room for. */
function commentOf(hash: string, comments: readonly string[]): string {
  const head = `cali:${hash};`;
  const each = Math.floor((LONGEST_COMMENT - head.length) / Math.max(comments.length, 1));
  return [head, ...comments.map((comment) => comment.slice(0, each))].join(" ").slice(0, LONGEST_COMMENT);
}
