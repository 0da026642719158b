import type { Family } from "../../base/address.ts";
import { familyOf } from "../../base/address.ts";
import type { Span } from "../../base/span.ts";
import { takeWord, wordsOf } from "../../base/words.ts";
import type { Word, Words } from "../../base/words.ts";
import { ruleKeywords } from "../../ext/ip/rule.ts";
import type { RuleDraft } from "../../ext/ip/rule.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import type { Draft } from "../../model/draft.ts";
import { plainRoutingRule } from "../../model/routing-rule.ts";
import type { RoutingRule } from "../../model/routing.ts";
import { looksLikeJson, parseJsonObjects } from "../json.ts";
import { linesOf, sayUnknownLine, wordsOfLine } from "../lines.ts";
import { diagnosticsOf, newReport, say } from "../report.ts";
import type { ParseOptions, Report } from "../report.ts";
import { readStatement } from "../statement.ts";
import { bare, fixed, joined, keyword, spellObject, wordAt } from "./json-words.ts";
import type { Spelling } from "./json-words.ts";

export interface IpRuleOptions extends ParseOptions {
  /** For rules without an address; a rule with one has its family. Absent: IPv6 where some rule of the text is, else IPv4. */
  readonly family?: Family;
}

/** `ip rule`, `ip -6 rule`, with `-d` and `-j` alike. */
export function parseIpRule(text: string, file: string, options: IpRuleOptions = {}): Parsed<readonly RoutingRule[]> {
  const report = newReport(file, "ip rule");
  const drafts: Draft<RoutingRule>[] = [];
  const keep = (draft: Draft<RoutingRule> | null): void => {
    if (draft !== null) drafts.push(draft);
  };
  if (looksLikeJson(text)) {
    for (const object of parseJsonObjects(text, report, options))
      keep(readRule(wordsOf(spellObject(object, JSON_RULE)), report));
  } else {
    for (const line of linesOf(text, report, options)) {
      const words = wordsOfLine(line);
      if (PRIORITY.test(words[0]?.text ?? "")) keep(readRule(wordsOf(words), report));
      else sayUnknownLine(report, line);
    }
  }
  const family = options.family ?? (drafts.some((draft) => ownFamily(draft) === "ip6") ? "ip6" : "ip");
  return {
    value: drafts.map((draft) => ({ ...draft, family: ownFamily(draft) ?? family })),
    diagnostics: diagnosticsOf(report),
  };
}

const PRIORITY = /^\d{1,10}:$/;

function ownFamily({ from, to }: RoutingRule): Family | null {
  const address = from?.address ?? to?.address;
  return address === undefined ? null : familyOf(address);
}

/** The words of one rule; null where something that it selects or does could not be read. */
function readRule(words: Words, report: Report): Draft<RoutingRule> | null {
  const first = words.items[0];
  if (first === undefined) return null;
  takeWord(words);
  const span: Span = { file: report.file, line: first.line };
  const draft: RuleDraft = plainRoutingRule("ip", Number.parseInt(first.text, 10), null, span);
  const known = readStatement(draft, words, ruleKeywords, report, (word) => {
    draft.extras.push([word, null]);
    return false;
  });
  if (!known) return null;
  if (draft.action !== null) return { ...draft, action: draft.action };
  say(report, "incomplete-line", span, { format: report.format }, "error");
  return null;
}

const JSON_RULE: ReadonlyMap<string, Spelling> = new Map<string, Spelling>([
  ["priority", (value, out) => out.push(wordAt(value, `${value.kind === "scalar" ? value.text : ""}:`))],
  ["src", keyword("from")],
  ["srclen", joined("/")],
  ["dst", keyword("to")],
  ["dstlen", joined("/")],
  ["fwmask", joined("/")],
  ["iif_detached", fixed("[detached]")],
  ["oif_detached", fixed("[detached]")],
  ["uid_start", keyword("uidrange")],
  ["uid_end", joined("-")],
  ["sport_start", keyword("sport")],
  ["sport_end", joined("-")],
  ["dport_start", keyword("dport")],
  ["dport_end", joined("-")],
  ["table", keyword("lookup")],
  ["l3mdev", fixed("lookup", "[l3mdev-table]")],
  ["suppress_prefixlen", keyword("suppress_prefixlength")],
  ["unresolved", fixed("[unresolved]")],
  ["action", bare],
  ["protocol", keyword("proto")],
  ["flow_from", keyword("realms")],
  ["flow_to", spellFlowTo],
]);

/** `realms 3/4` where both ends are said, `realms 4` where one is. */
function spellFlowTo(value: Parameters<Spelling>[0], out: Word[]): void {
  (out.at(-2)?.text === "realms" ? joined("/") : keyword("realms"))(value, out);
}
