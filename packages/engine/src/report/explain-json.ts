import type {
  ChainExplanation,
  Explanation,
  IpvsExplanation,
  MarkExplanation,
  RoutingRuleExplanation,
  RuleExplanation,
  SetExplanation,
  TableExplanation,
} from "../explain/explanation.ts";
import type { Place } from "../explain/place.ts";
import { routingRuleText } from "../explain/node.ts";
import { renderPhrase } from "../messages/explain/phrase.ts";
import type { Part } from "../messages/explain/phrase.ts";
import { printProtocol } from "../base/protocols.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Owner } from "../owners/owner.ts";
import { printRule } from "../print/iptables-save.ts";
import { diagnosticJson } from "./diagnostic.ts";
import type { Json } from "./json.ts";
import { API_VERSION } from "./json.ts";
import { ipvsLine } from "./ipvs-line.ts";
import { nftRuleText } from "./nft-rule-text.ts";
import { printHex } from "../base/hex.ts";

/** An explanation as docs/json-explain.md says: words in both languages, owners and marks as codes. */
export function explainJson(explanation: Explanation, diagnostics: readonly Diagnostic[]): Json {
  return {
    apiVersion: API_VERSION,
    kind: "Explanation",
    owners: explanation.owners.map(({ owner, variant, versions }) => ({
      owner: owner.name,
      title: owner.title,
      variant,
      versions: versions === null ? null : { from: versions.from, to: versions.to },
    })),
    tables: explanation.tables.map(tableJson),
    sets: explanation.sets === null ? null : explanation.sets.map(setJson),
    routingRules: explanation.routingRules.map(routingRuleJson),
    ipvs: explanation.ipvs.map(ipvsJson),
    marks: explanation.marks.map(markJson),
    hiddenMarks: explanation.hiddenMarks,
    diagnostics: diagnostics.map(diagnosticJson),
  };
}

function tableJson({ table, owner, meaning, says, contents, chains }: TableExplanation): Json {
  return {
    family: table.family,
    backend: "backend" in table ? table.backend : null,
    table: table.name,
    owner: ownerJson(owner),
    meaning: meaning === null ? null : words(meaning),
    says: says.map(words),
    contents: contents.map(setJson),
    chains: chains.map(chainJson),
  };
}

function chainJson({ name, owner, policy, base, meaning, says, rules }: ChainExplanation): Json {
  return {
    chain: name,
    owner: ownerJson(owner),
    policy,
    base: base === null ? null : { type: base.type, hook: base.hook, priority: base.priority, devices: base.devices },
    meaning: meaning === null ? null : words(meaning),
    says: says.map(words),
    rules: rules.map(ruleJson),
  };
}

function ruleJson({ place, owner, says, purpose, notes, needs }: RuleExplanation): Json {
  return {
    rule: place.number,
    text: place.dialect === "xt" ? printRule(place.rule, place.table.family) : nftRuleText(place.rule),
    owner: ownerJson(owner),
    says: words(says),
    purpose: purpose === null ? null : words(purpose),
    notes: notes.map(words),
    needs: needs.map(({ what, isMet }) => ({ what: words(what), met: isMet })),
    span: { file: place.rule.file, line: place.rule.line },
  };
}

function setJson({ kind, name, type, members, owner, meaning, says, uses }: SetExplanation): Json {
  return {
    kind,
    set: name,
    type,
    owner: ownerJson(owner),
    meaning: meaning === null ? null : words(meaning),
    says: says.map(words),
    members,
    usedBy: uses.map(placeJson),
  };
}

function routingRuleJson({ rule, owner, says, purpose, notes }: RoutingRuleExplanation): Json {
  return {
    family: rule.family,
    priority: rule.priority,
    text: routingRuleText(rule),
    owner: ownerJson(owner),
    says: words(says),
    purpose: purpose === null ? null : words(purpose),
    notes: notes.map(words),
    span: { ...rule.span },
  };
}

function ipvsJson({ service, owner, says, notes, servers }: IpvsExplanation): Json {
  const { key, scheduler, span } = service;
  const what =
    key.kind === "fwmark"
      ? { kind: key.kind, mark: key.mark, family: key.family }
      : { kind: key.kind, protocol: printProtocol(key.proto), end: key.end.text };
  return {
    service: what,
    text: ipvsLine(service),
    scheduler,
    owner: ownerJson(owner),
    says: says.map(words),
    notes: notes.map(words),
    servers: servers.map(({ server, says: said }) => ({
      server: server.end.text,
      method: server.method,
      weight: server.weight,
      says: words(said),
      span: { ...server.span },
    })),
    span: { ...span },
  };
}

function markJson({
  value,
  mask,
  meanings,
  readers,
  excluders,
  writers,
  clearers,
  routingRules,
}: MarkExplanation): Json {
  return {
    value: printHex(value),
    mask: printHex(mask),
    meanings: meanings.map((meaning) => ({
      owner: meaning.owner.name,
      value: printHex(meaning.value),
      mask: printHex(meaning.mask),
      means: words({ id: meaning.means, negated: false, params: meaning.params }),
      setBy: meaning.setBy === undefined ? null : words({ id: meaning.setBy, negated: false, params: {} }),
    })),
    readBy: readers.map(placeJson),
    excludedBy: excluders.map(placeJson),
    writtenBy: writers.map(placeJson),
    clearedBy: clearers.map(placeJson),
    routingRules: routingRules.map((rule) => ({ family: rule.family, priority: rule.priority })),
  };
}

function placeJson({ table, chain, number }: Place): Json {
  return { family: table.family, table: table.name, chain: chain.name, rule: number };
}

function ownerJson(owner: Owner | null): Json {
  return owner === null ? null : owner.name;
}

function words(part: Part): Json {
  return { en: renderPhrase(part, "en"), zh: renderPhrase(part, "zh") };
}
