import type { Rule } from "../../model/ruleset.ts";
import type { ChainCheck, RuleCheck } from "./chain-check.ts";
import { isCalicoChain } from "./chain-names.ts";
import { compareVersions } from "./felix-version.ts";
import { bitsFromLowest } from "./marks.ts";
import { APPENDED } from "./rule-hash.ts";

/** Which versions of Felix can have written a node's rules. */
export interface FelixEra {
  /** The first version that can. */
  readonly since: string;
  /** The first that no longer can; null: every later one that is known here. */
  readonly before: string | null;
  /** What says so, the narrowest first. */
  readonly signs: readonly FelixSign[];
  /** True where signs exclude each other: rules of two versions stand side by side, or a rule was edited. */
  readonly contradictory: boolean;
}

/** One thing in the rules that only some versions write. */
export interface FelixSign {
  readonly sign: string;
  readonly since: string | null;
  readonly before: string | null;
  /** The rule that shows it; null where it is a chain, or the want of one. */
  readonly rule: Rule | null;
}

/** A rule of Felix whose text is proved. */
interface Proved {
  readonly table: string;
  readonly chain: string;
  readonly text: string;
  readonly check: RuleCheck;
  /** True for a chain's first rule. */
  readonly isFirst: boolean;
}

interface Evidence {
  readonly rules: readonly Proved[];
  /** `table/chain`, all tables of all families. */
  readonly chains: ReadonlySet<string>;
}

interface Sign {
  readonly sign: string;
  readonly since?: string;
  readonly before?: string;
  /** The rule that shows it, true where none does but it holds all the same, false where it does not. */
  readonly find: (evidence: Evidence) => Proved | boolean;
}

/** A rule of a chain with certain words. */
function rule(chain: RegExp, text: RegExp): Sign["find"] {
  return ({ rules }) => rules.find((each) => chain.test(each.chain) && text.test(each.text)) ?? false;
}

function chain(name: string): Sign["find"] {
  return ({ chains }) => chains.has(name);
}

/** A chain that stands without one that later versions always have beside it. */
function lone(name: string, missing: string): Sign["find"] {
  return ({ chains }) => chains.has(name) && !chains.has(missing);
}

const ACCEPTED = / HASH -m mark --mark (0x[\da-f]+)\/\1 --jump (?:ACCEPT|RETURN)$/;

/** Whether INPUT asks for packets of workloads before it accepts what is marked. */
function inputAsks(isWorkloadsFirst: boolean): Sign["find"] {
  return ({ rules }) => {
    const input = rules.filter((each) => each.table === "filter" && each.chain === "cali-INPUT");
    const workloads = input.findIndex(({ text }) => text.endsWith(" --goto cali-wl-to-host"));
    const accepted = input.findIndex(({ text }) => ACCEPTED.test(text));
    if (workloads < 0 || accepted < 0) return false;
    return workloads < accepted === isWorkloadsFirst && (input[accepted] ?? false);
  };
}

/** The first rule of the chain of a policy or profile, with or without a comment that says which. */
function firstOfPolicy(hasComment: boolean): Sign["find"] {
  return ({ rules }) =>
    rules.find(
      (each) =>
        each.isFirst && /^cali-p[io]-|^cali-pr[io]-/.test(each.chain) && each.text.includes("--comment") === hasComment,
    ) ?? false;
}

/** The mark bits that raw PREROUTING clears before anything else. */
function cleared(fits: (bits: readonly number[]) => boolean): Sign["find"] {
  return ({ rules }) =>
    rules.find((each) => {
      const [, mask] = /--jump MARK --set-mark 0\/(0x[\da-f]+)$/.exec(each.text) ?? [];
      return each.table === "raw" && each.isFirst && mask !== undefined && fits(bitsFromLowest(Number(mask)));
    }) ?? false;
}

function isContiguous(bits: readonly number[]): boolean {
  return bits.every((bit, at) => bit === (bits[0] ?? 0) * 2 ** at);
}

const ENDPOINT = /^cali-[tf]w-/;
const TOP = /^cali-(?:INPUT|FORWARD|OUTPUT)$/;
const ANY = /^/;

/** Felix's renderer through the years: what appears in a version, and what is gone from one on. felix/rules/, tag by tag. */
const SIGNS: readonly Sign[] = [
  { sign: "rule-hashes", since: "2.1.0", find: rule(ANY, ANY) },
  { sign: "invalid-dropped-before-dispatch", before: "2.1.2", find: rule(TOP, / --ctstate INVALID --jump DROP$/) },
  { sign: "conntrack-in-endpoint-chains", since: "2.1.2", find: rule(ENDPOINT, / --ctstate (?:RELATED|INVALID)/) },
  { sign: "untracked-accepted-by-mark", before: "2.4.0", find: rule(TOP, / --ctstate UNTRACKED --jump ACCEPT$/) },
  { sign: "three-mark-bits", before: "2.4.0", find: cleared((bits) => bits.length === 3) },
  { sign: "mangle-prerouting", since: "2.4.0", find: chain("mangle/cali-PREROUTING") },
  {
    sign: "workloads-pass-mangle",
    since: "2.4.0",
    before: "3.4.0",
    find: rule(/^cali-PREROUTING$/, / HASH --in-interface \S+ --jump (?:ACCEPT|RETURN)$/),
  },
  { sign: "accepted-before-workloads", since: "2.4.0", before: "3.4.0", find: inputAsks(false) },
  { sign: "accepted-behind-workloads", since: "3.4.0", find: inputAsks(true) },
  {
    sign: "only-foreign-ipip",
    before: "3.0.0",
    find: rule(/^cali-INPUT$/, / -m set ! --match-set \S+ src --jump DROP$/),
  },
  { sign: "ipvs-to-workloads", since: "3.0.0", before: "3.1.0", find: rule(/^cali-OUTPUT$/, / -m ipvs --ipvs /) },
  { sign: "host-endpoint-forward-chains", since: "3.0.0", find: chain("filter/cali-from-hep-forward") },
  {
    sign: "no-host-endpoint-forward-chains",
    before: "3.0.0",
    find: lone("filter/cali-FORWARD", "filter/cali-from-hep-forward"),
  },
  { sign: "set-names-with-dash", before: "3.1.0", find: rule(ANY, / --match-set cali[46]-/) },
  { sign: "set-names-with-zero", since: "3.1.0", find: rule(ANY, / --match-set cali[46]0/) },
  { sign: "endpoint-marks", since: "3.1.0", find: chain("filter/cali-set-endpoint-mark") },
  { sign: "set-all-hosts", before: "3.2.0", find: rule(ANY, / --match-set cali[46][-0]all-hosts /) },
  { sign: "set-all-hosts-net", since: "3.2.0", find: rule(ANY, / --match-set cali[46][-0]all-hosts-net /) },
  {
    sign: "accepted-in-forward-chain",
    since: "3.0.0",
    before: "3.16.0",
    find: rule(/^cali-FORWARD$/, / --comment "Policy explicitly accepted packet\." /),
  },
  { sign: "no-ipip-from-workloads", since: "3.0.12", find: rule(ENDPOINT, / IPinIP encapped packets originating in /) },
  { sign: "no-vxlan-from-workloads", since: "3.7.4", find: rule(ENDPOINT, / VXLAN encapped packets originating in /) },
  { sign: "no-tunnels-from-pods", before: "3.17.0", find: rule(ENDPOINT, / encapped packets originating in pods"/) },
  { sign: "no-tunnels-from-workloads", since: "3.17.0", find: rule(ENDPOINT, / originating in workloads"/) },
  { sign: "vxlan-without-family", before: "3.23.0", find: rule(TOP, / --comment "(?:Allow|Drop) VXLAN packets /) },
  { sign: "vxlan-with-family", since: "3.23.0", find: rule(TOP, / --comment "(?:Allow|Drop) IPv[46] VXLAN packets /) },
  { sign: "random-fully", since: "3.2.4", find: rule(ANY, / --random-fully$/) },
  {
    sign: "appended-rules",
    since: "3.16.0",
    find: rule(ANY, new RegExp(`^-A FORWARD${APPENDED.replaceAll("*", "\\*")} `)),
  },
  { sign: "service-loop-prevention", since: "3.17.0", find: chain("filter/cali-cidr-block") },
  { sign: "no-service-loop-prevention", before: "3.17.0", find: lone("filter/cali-FORWARD", "filter/cali-cidr-block") },
  {
    sign: "forwarded-marked",
    since: "3.18.0",
    find: rule(ANY, new RegExp(`^-A FORWARD${APPENDED.replaceAll("*", "\\*")} HASH --jump MARK `)),
  },
  { sign: "mangle-postrouting", since: "3.18.0", find: chain("mangle/cali-POSTROUTING") },
  { sign: "rpfilter-without-mark", before: "3.19.0", find: rule(ANY, / -m rpfilter --invert(?! --validmark)/) },
  { sign: "rpfilter-with-mark", since: "3.19.0", find: rule(ANY, / -m rpfilter --invert --validmark/) },
  { sign: "wireguard-mark-chain", since: "3.20.0", find: chain("raw/cali-wireguard-incoming-mark") },
  { sign: "vxlan-untracked", since: "3.21.0", find: rule(ANY, / --dport \d+ --jump NOTRACK$/) },
  { sign: "policy-chains-without-names", before: "3.22.0", find: firstOfPolicy(false) },
  { sign: "policy-chains-with-names", since: "3.22.0", find: firstOfPolicy(true) },
  { sign: "rpf-skip-chain", since: "3.23.0", find: chain("raw/cali-rpf-skip") },
  { sign: "start-of-policies", before: "3.28.0", find: rule(ENDPOINT, / --comment "Start of policies" /) },
  { sign: "policy-groups", since: "3.28.0", find: rule(/^cali-g[io]-/, ANY) },
  { sign: "tiers", since: "3.29.0", find: rule(ANY, / --comment "Start of tier /) },
  {
    sign: "nat-postrouting-appended",
    since: "3.29.0",
    find: rule(/^POSTROUTING$/, new RegExp(`^-A POSTROUTING${APPENDED.replaceAll("*", "\\*")} `)),
  },
  {
    sign: "nat-postrouting-inserted",
    before: "3.29.0",
    find: ({ rules }) =>
      rules.find(({ table, text }) => table === "nat" && text === "-A POSTROUTING HASH --jump cali-POSTROUTING") ??
      false,
  },
  { sign: "no-drop-bit", before: "3.30.0", find: cleared((bits) => bits.length === 4 && isContiguous(bits)) },
  { sign: "drop-bit", since: "3.30.0", find: cleared((bits) => !isContiguous(bits)) },
  { sign: "end-of-tier", since: "3.30.0", find: rule(ANY, / --comment "End of tier /) },
  { sign: "egress-dscp-chain", since: "3.31.0", find: chain("mangle/cali-egress-dscp") },
];

/** Which versions of Felix write such rules; null where no rule has a hash that fits. */
export function felixEra(checks: readonly ChainCheck[]): FelixEra | null {
  const evidence = evidenceOf(checks);
  if (evidence.rules.length === 0) return null;
  const signs = SIGNS.flatMap(({ sign, since = null, before = null, find }): FelixSign[] => {
    const found = find(evidence);
    if (found === false) return [];
    return [{ sign, since, before, rule: found === true ? null : found.check.rule }];
  });
  const latest = signs
    .map(({ since }) => since)
    .filter((version) => version !== null)
    .sort(compareVersions);
  const earliest = signs
    .map(({ before }) => before)
    .filter((version) => version !== null)
    .sort(compareVersions);
  const since = latest.at(-1) ?? "2.1.0";
  const before = earliest[0] ?? null;
  const decisive = (each: FelixSign): boolean =>
    each.since === since || (each.before !== null && each.before === before);
  return {
    since,
    before,
    signs: [...signs.filter(decisive), ...signs.filter((each) => !decisive(each))],
    contradictory: before !== null && compareVersions(since, before) >= 0,
  };
}

function evidenceOf(checks: readonly ChainCheck[]): Evidence {
  const rules = checks.flatMap(({ table, chain: { name }, rules: all }) =>
    all.flatMap((check): Proved[] => {
      if (check.felixText === null) return [];
      return [{ table: table.name, chain: name, text: check.felixText, check, isFirst: check.number === 1 }];
    }),
  );
  const own = checks.filter(({ chain: { name } }) => isCalicoChain(name));
  return { rules, chains: new Set(own.map(({ table, chain: { name } }) => `${table.name}/${name}`)) };
}
