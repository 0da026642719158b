import type { Family } from "../../base/address.ts";
import { quote } from "../../base/quote.ts";
import type { NftRule, NftStatement } from "../../model/nft.ts";
import type { Verbatim } from "../../model/ruleset.ts";
import { readWords } from "../iptables-list/words.ts";
import type { SavedLine } from "../saved-line.ts";
import { findPhrase } from "./find-phrase.ts";
import { spellStatement } from "./spelling.ts";

/** A rule while its statements are gone through. */
interface Draft {
  /** `-s 10.0.0.0/8`, `-m mark --mark 0x1`, in nft's order. */
  readonly parts: string[];
  readonly lost: Verbatim[];
  action: string;
  target: Verbatim | null;
  counters: string;
}

/** A rule as iptables-save would print it, made of what nft shows of it. */
export function savedLineOf(rule: NftRule, chain: string, family: Family): SavedLine {
  const draft: Draft = { parts: [], lost: [], action: "", target: null, counters: "" };
  for (const statement of rule.statements) addStatement(draft, statement, family);
  if (rule.comment !== null) draft.parts.push(`-m comment --comment ${quote(rule.comment)}`);
  const matches = joinMatches(withProtocol(draft.parts)).map((part) => ` ${part}`);
  return {
    text: `${draft.counters}-A ${chain}${matches.join("")}${draft.target === null ? draft.action : ""}`,
    line: rule.line,
    original: rule.text ?? JSON.stringify(rule.statements),
    lost: draft.lost,
    target: draft.target,
  };
}

function addStatement(draft: Draft, statement: NftStatement, family: Family): void {
  if (statement.kind === "xt") addXt(draft, statement, family);
  else if (statement.kind !== "counter") addPhrase(draft, statement, family);
  else if (statement.counters !== null) draft.counters = `[${statement.counters.packets}:${statement.counters.bytes}] `;
}

function addPhrase(draft: Draft, statement: NftStatement, family: Family): void {
  const text = spellStatement(statement);
  const found = text === null ? null : findPhrase(text, family);
  const saved = found?.saved?.trim();
  if (saved !== undefined) {
    if (/^-[jg] /.test(saved)) draft.action = ` ${saved}`;
    else draft.parts.push(saved);
    return;
  }
  const [option, name = ""] = found?.phrase.of?.split(" ") ?? [];
  const shown = text ?? (statement.kind === "verbatim" ? statement.text : statement.kind);
  const lost: Verbatim = { kind: "verbatim", name, text: shown, lost: found?.phrase.lost ?? "words" };
  if (option === "-j") draft.target = lost;
  else draft.lost.push(lost);
}

/** An extension that nft does not say in words of its own: its own words (before 1.0.6), or its name alone. */
function addXt(draft: Draft, { type, name, text }: NftStatement & { readonly kind: "xt" }, family: Family): void {
  if (text !== null) addXtWords(draft, text, family);
  // The text of a comment is not told; it takes every packet whatever that is.
  else if (name !== "comment") {
    const lost: Verbatim = { kind: "verbatim", name: name ?? "", text: "", lost: "arguments" };
    if (type === "target" || (name !== null && /^[A-Z]/.test(name))) draft.target = lost;
    else draft.lost.push(lost);
  }
}

/** The words are those of `iptables -L`; a target's name is their first. */
function addXtWords(draft: Draft, text: string, family: Family): void {
  const target = /^[A-Z]\w*/.exec(text)?.[0] ?? "";
  const wording = readWords(text, target, family);
  const [, matches = "", action = ""] = /^(.*?)( -[jg] .*)?$/.exec(wording.saved) ?? [];
  if (matches.trim() !== "") draft.parts.push(matches.trim());
  if (action !== "") draft.action = action;
  if (wording.target !== null) draft.target = { ...wording.target, text };
  for (const lost of wording.lost) draft.lost.push(lost);
}

/** Matches that need a protocol imply it: nft leaves `meta l4proto tcp` out before `tcp dport`. */
function withProtocol(parts: readonly string[]): readonly string[] {
  if (parts.some((part) => /^(! )?-p /.test(part))) return parts;
  const proto = parts.map((part) => PROTOCOLS.exec(part)?.[1]).find((name) => name !== undefined);
  return proto === undefined ? parts : [`-p ${proto === "icmp6" ? "ipv6-icmp" : proto}`, ...parts];
}

const PROTOCOLS = /^-m (tcp|udp|sctp|dccp|icmp6?) /;

/** `-m udp --sport 53` and `-m udp --dport 5` that follow each other are one match; nft shows an option a statement. */
function joinMatches(parts: readonly string[]): readonly string[] {
  const out: string[] = [];
  for (const part of parts) {
    const last = out.at(-1) ?? "";
    const name = SPLIT.exec(part)?.[1];
    const isSame = name !== undefined && SPLIT.exec(last)?.[1] === name;
    const options = [...part.matchAll(/ (--\S+)/g)].map(([, option]) => option);
    if (isSame && options.every((option) => !last.includes(` ${String(option)} `))) {
      out[out.length - 1] = `${last} ${part.slice(`-m ${name} `.length)}`;
    } else out.push(part);
  }
  return out;
}

/** Matches whose options nft shows apart. */
const SPLIT = /^-m (conntrack|tcp|udp|sctp|dccp|iprange|ecn|devgroup) /;
