import type { NftChain } from "../model/nft.ts";
import type { Chain, Counters, Rule, Table } from "../model/ruleset.ts";
import type { IpSet } from "../model/sets.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { printNftRule } from "../print/nft/nft.ts";
import { printRule } from "../print/iptables-save.ts";
import { diagnosticJson } from "./diagnostic.ts";
import type { Json } from "./json.ts";
import { API_VERSION } from "./json.ts";
import { nftCounters } from "./nft-counters.ts";
import { selectNftTables, selectTables } from "./selection.ts";
import type { SelectedNftTable, Selection } from "./selection.ts";

/** The rules and sets of a snapshot as docs/json-show.md says. Sets are those of the whole snapshot. */
export function showJson(snapshot: Snapshot, selection: Selection): Json {
  return {
    apiVersion: API_VERSION,
    kind: "Ruleset",
    tables: selectTables(snapshot, selection).map(({ table, chains }) => ({
      family: table.family,
      backend: table.backend,
      table: table.name,
      chains: chains.map((chain) => chainJson(chain, table)),
      span: { ...table.span },
    })),
    ...(snapshot.nft === null ? {} : { nft: selectNftTables(snapshot, selection).map(nftTableJson) }),
    ...(selection.table === null ? { sets: snapshot.sets === null ? null : snapshot.sets.map(setJson) } : {}),
    diagnostics: snapshot.diagnostics.map(diagnosticJson),
  };
}

function chainJson(chain: Chain, { family }: Table): Json {
  return {
    chain: chain.name,
    policy: chain.policy,
    ...countersJson(chain.counters),
    rules: chain.rules.map((rule, index) => ruleJson(rule, index + 1, family)),
  };
}

function ruleJson(rule: Rule, number: number, family: Table["family"]): Json {
  const span = { file: rule.file, line: rule.line };
  return { rule: number, text: printRule(rule, family), ...countersJson(rule.counters), span };
}

/** As docs/json-show.md says; a table without base chains sees no packet by itself. */
function nftTableJson({ table, chains }: SelectedNftTable): Json {
  return {
    family: table.family,
    table: table.name,
    chains: chains.map(nftChainJson),
    span: { ...table.span },
  };
}

function nftChainJson({ name, base, rules }: NftChain): Json {
  return {
    chain: name,
    ...(base === null
      ? { policy: null }
      : { type: base.type, hook: base.hook, priority: base.priority, policy: base.policy, devices: [...base.devices] }),
    rules: rules.map((rule, index) => ({
      rule: index + 1,
      text: printNftRule(rule, { stateless: true }),
      ...countersJson(nftCounters(rule)),
      span: { file: rule.file, line: rule.line },
    })),
  };
}

/** As text: a counter may be larger than a JSON number is exact. */
function countersJson(counters: Counters | null): Readonly<Record<string, Json>> {
  return counters === null ? {} : { packets: counters.packets, bytes: counters.bytes };
}

function setJson({ name, type, family, elements, span }: IpSet): Json {
  return { set: name, type, family, members: elements.map(({ text }) => text), span: { ...span } };
}
