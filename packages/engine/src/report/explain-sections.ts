import type {
  Explanation,
  IpvsExplanation,
  MarkExplanation,
  Need,
  RuleExplanation,
  SetExplanation,
} from "../explain/explanation.ts";
import type { RoutingRuleExplanation, TableExplanation } from "../explain/explanation.ts";
import type { AnyTable, Place } from "../explain/place.ts";
import { routingRuleText } from "../explain/node.ts";
import { list, phrase, renderPhrase } from "../messages/explain/phrase.ts";
import type { Part } from "../messages/explain/phrase.ts";
import type { Language } from "../messages/catalogue.ts";
import type { MarkMeaning } from "../owners/mark.ts";
import type { Owner } from "../owners/owner.ts";
import type { Presence } from "../owners/recognise.ts";
import type { Versions } from "../owners/versions.ts";
import { printSpec } from "../print/iptables-save.ts";
import type { Word } from "./document.ts";
import { word } from "./document.ts";
import { ipvsLine } from "./ipvs-line.ts";
import { nftRuleText } from "./nft-rule-text.ts";
import { printProtocol } from "../base/protocols.ts";
import { printHex } from "../base/hex.ts";

/** An explanation as a person reads it: headings, what the tools print, and prose below it; whoever shows it lays it out. */
export interface Section {
  /** 1: a table, or a list of another kind. 2: a chain. 3: a rule, a set, a mark. */
  readonly level: 1 | 2 | 3;
  readonly title: string;
  /** Whose it is. */
  readonly tag: Word | null;
  /** As the tool prints it: to be found again on the node. */
  readonly code: string | null;
  readonly paragraphs: readonly (readonly Word[])[];
}

/** Everything that was asked for, in the order of the dumps. */
export function explainSections(explanation: Explanation, language: Language): readonly Section[] {
  const say = sayer(language, explanation.owners);
  return [
    ...ownersSection(explanation, say),
    ...explanation.tables.flatMap((table) => [...tableSections(table, say)]),
    ...setSections(explanation.sets, say),
    ...routingSections(explanation.routingRules, say),
    ...ipvsSections(explanation.ipvs, say),
    ...markSections(explanation, say),
  ];
}

/** Renders phrases in one language, and owners with their versions. */
interface Sayer {
  readonly language: Language;
  text(part: Part): string;
  /** `Cilium 1.14 to 1.15`. */
  owner(owner: Owner): string;
  /** `[Cilium 1.14 to 1.15]`. */
  tag(owner: Owner | null): Word;
  /** One paragraph: what is so, then why; the second is fainter. */
  prose(parts: readonly Part[], why: Part | null): readonly (readonly Word[])[];
}

function sayer(language: Language, owners: readonly Presence[]): Sayer {
  const presences = new Map(owners.map((presence) => [presence.owner, presence]));
  const text = (part: Part): string => renderPhrase(part, language);
  const ownerText = (owner: Owner): string => {
    const { variant = null, versions = null } = presences.get(owner) ?? {};
    const parts = [owner.title, variant, versions === null ? null : text(versionsPhrase(versions))];
    return parts.filter((part) => part !== null).join(" ");
  };
  return {
    language,
    text,
    owner: ownerText,
    tag: (owner) =>
      owner === null
        ? word(`[${text(phrase("owner-unknown"))}]`, "unsure")
        : word(`[${ownerText(owner)}]`, owner.name === "kernel" ? "faint" : "changed"),
    prose(parts, why) {
      const said = parts.length === 0 ? [] : [word(text(list("sentences", parts)))];
      const blank = said.length === 0 || why === null || language === "zh" ? [] : [word(" ")];
      const all = why === null ? said : [...said, ...blank, word(text(why), "faint")];
      return all.length === 0 ? [] : [all];
    },
  };
}

function versionsPhrase({ from, to }: Versions): Part {
  if (from === null) return to === null ? "" : phrase("versions-to", { to });
  if (to === null) return phrase("versions-from", { from });
  return from === to ? phrase("versions-exactly", { from }) : phrase("versions-between", { from, to });
}

function ownersSection({ owners, tables }: Explanation, say: Sayer): readonly Section[] {
  const chains = tables.flatMap((table) => table.chains);
  // One chain's rules say themselves whose they are.
  if (chains.length < 2) return [];
  const rules = chains.flatMap((chain) => chain.rules);
  const counted = (owner: Owner | null): number => rules.filter((rule) => rule.owner === owner).length;
  const count = (owner: Owner | null): string => {
    const number = counted(owner);
    return say.text(number === 1 ? phrase("owner-rules-1") : phrase("owner-rules", { count: number }));
  };
  const found = owners
    .filter(({ owner }) => counted(owner) > 0)
    .map(({ owner }) => [word(`${say.owner(owner)}  ${count(owner)}`)]);
  const unknown = counted(null) === 0 ? [] : [[word(`${say.text(phrase("owner-unknown"))}  ${count(null)}`)]];
  const paragraphs = [...found, ...unknown];
  return [{ level: 1, title: say.text(phrase("heading-owners")), tag: null, code: null, paragraphs }];
}

function* tableSections(explanation: TableExplanation, say: Sayer): Iterable<Section> {
  const { table, owner, contents, chains } = explanation;
  const program = "backend" in table ? table.backend : "nft";
  const backend = program === "unknown" ? "" : `  ${program}`;
  const place = `  ${table.span.file}:${String(table.span.line)}`;
  const title = `${table.family} ${table.name}`;
  yield section(1, title, word(`${backend}${place}`.trimStart(), "faint"), null, tableProse(explanation, say));
  const path = tablePath(table);
  for (const one of contents) yield setSection(`${path}/@${one.name}`, `${one.kind} ${one.name}`, one, say);
  for (const chain of chains) {
    const name = `${path}/${chain.name}`;
    const meaning = chain.meaning === null ? [] : [phrase("mark-means", { meaning: chain.meaning })];
    yield section(2, name, say.tag(chain.owner ?? owner), null, say.prose([...meaning, ...chain.says], null));
    for (const rule of chain.rules) yield ruleSection(`${name}/${String(rule.place.number)}`, rule, say);
  }
}

function tableProse({ meaning, says }: TableExplanation, say: Sayer): Section["paragraphs"] {
  const means = meaning === null ? [] : [phrase("mark-means", { meaning })];
  return say.prose([...means, ...says], null);
}

/** `filter`, `ip6/filter`; of nft the family always: `ip/kube-proxy`. */
function tablePath(table: AnyTable): string {
  return table.family === "ip" && "backend" in table ? table.name : `${table.family}/${table.name}`;
}

function ruleSection(
  title: string,
  { place, owner, says, purpose, notes, needs }: RuleExplanation,
  say: Sayer,
): Section {
  const code = place.dialect === "xt" ? printSpec(place.rule, place.table.family).trimStart() : nftRuleText(place.rule);
  return section(3, title, say.tag(owner), code, [
    ...say.prose([says], purpose),
    ...notes.map((note) => [word(say.text(note), "unsure")]),
    ...(needs.length === 0 ? [] : [needsWords(needs, say)]),
  ]);
}

const NEED_ROLES = new Map<boolean | null, Word["role"]>([
  [true, "good"],
  [false, "bad"],
  [null, "unsure"],
]);

function needsWords(needs: readonly Need[], say: Sayer): readonly Word[] {
  const [before = "", after = ""] = say.text(phrase("needs", { needs: "\u0000" })).split("\u0000");
  const words = needs.flatMap(({ what, isMet }, index) => [
    ...(index === 0 ? [] : [word(say.language === "zh" ? "；" : "; ")]),
    word(say.text(what), NEED_ROLES.get(isMet) ?? "plain"),
  ]);
  return [word(before), ...words, word(after)];
}

function* setSections(sets: readonly SetExplanation[] | null, say: Sayer): Iterable<Section> {
  if (sets?.length === 0) return;
  const missing = sets === null ? [[word(say.text(phrase("no-sets")), "unsure")]] : [];
  yield section(1, say.text(phrase("heading-sets")), null, null, missing);
  for (const set of sets ?? []) yield setSection(`set/${set.name}`, null, set, say);
}

function setSection(
  title: string,
  code: string | null,
  { owner, meaning, says, uses }: SetExplanation,
  say: Sayer,
): Section {
  const means = meaning === null ? [] : [phrase("set-holds", { meaning })];
  const used = uses.length === 0 ? phrase("used-by-none") : placesPhrase("used-by", uses);
  return section(3, title, say.tag(owner), code, say.prose([...means, ...says, used], null));
}

function* routingSections(rules: readonly RoutingRuleExplanation[], say: Sayer): Iterable<Section> {
  if (rules.length === 0) return;
  yield section(1, say.text(phrase("heading-routing")), null, null, []);
  for (const { rule, owner, says, purpose, notes } of rules) {
    const title = `${rule.family === "ip6" ? "ip6/" : ""}ip-rule/${String(rule.priority)}`;
    const code = `${String(rule.priority)}: ${routingRuleText(rule)}`;
    yield section(3, title, say.tag(owner), code, [
      ...say.prose([says], purpose),
      ...notes.map((note) => [word(say.text(note), "unsure")]),
    ]);
  }
}

function* ipvsSections(services: readonly IpvsExplanation[], say: Sayer): Iterable<Section> {
  if (services.length === 0) return;
  yield section(1, say.text(phrase("heading-ipvs")), null, null, []);
  for (const { service, owner, says, notes, servers } of services) {
    const { key } = service;
    const title =
      key.kind === "fwmark" ? `ipvs/mark/${printHex(key.mark)}` : `ipvs/${printProtocol(key.proto)}/${key.end.text}`;
    yield section(3, title, say.tag(owner), ipvsLine(service), [
      ...say.prose(says, notes.length === 0 ? null : list("sentences", notes)),
      ...servers.map(({ says: said }) => [word(say.text(said))]),
    ]);
  }
}

function* markSections({ marks, hiddenMarks }: Explanation, say: Sayer): Iterable<Section> {
  if (marks.length === 0) return;
  const hidden = hiddenMarks === 0 ? [] : [[word(say.text(phrase("marks-hidden", { count: hiddenMarks })), "faint")]];
  yield section(1, say.text(phrase("heading-marks")), null, null, hidden);
  for (const mark of marks) yield markSection(mark, say);
}

function markSection(mark: MarkExplanation, say: Sayer): Section {
  const { value, meanings } = mark;
  const bits = mark.mask === 0xffff_ffff ? printHex(value) : `${printHex(value)}/${printHex(mark.mask)}`;
  const [first] = meanings;
  const readings = [...new Set(meanings.map((one) => one.owner))].flatMap((owner) => meaningParts(owner, meanings));
  const uses = [
    usePhrase("mark-read-by", mark.readers, phrase("mark-not-read")),
    usePhrase("mark-excluded-by", mark.excluders, null),
    usePhrase("mark-written-by", mark.writers, phrase("mark-not-written")),
    usePhrase("mark-cleared-by", mark.clearers, null),
    ...mark.routingRules.map((rule) =>
      phrase("mark-routed-by", { rule: `${String(rule.priority)}: ${routingRuleText(rule)}` }),
    ),
  ].filter((part) => part !== null);
  const known = first === undefined ? [phrase("mark-unknown")] : readings;
  return section(3, `mark/${bits}`, say.tag(first?.owner ?? null), null, say.prose([...known, ...uses], null));
}

function usePhrase(id: PlacesId, places: readonly Place[], none: Part | null): Part | null {
  return places.length === 0 ? none : placesPhrase(id, places);
}

/** What one owner makes of a mark, and where it sets it that no dump of rules shows. */
function meaningParts(owner: Owner, meanings: readonly MarkMeaning[]): readonly Part[] {
  const own = meanings.filter((one) => one.owner === owner);
  const said = own.map(({ means, params }): Part => ({ id: means, negated: false, params }));
  const setBy = own.flatMap((one): readonly Part[] =>
    one.setBy === undefined ? [] : [{ id: one.setBy, negated: false, params: {} }],
  );
  return [
    phrase("mark-means", { meaning: phrase("meaning-of", { owner: owner.title, meaning: list("plain", said) }) }),
    ...setBy,
  ];
}

/** More places than this are counted, not named. */
const NAMED_PLACES = 8;

type PlacesId = "used-by" | "mark-read-by" | "mark-excluded-by" | "mark-written-by" | "mark-cleared-by";

function placesPhrase(id: PlacesId, places: readonly Place[]): Part {
  const named = places.slice(0, NAMED_PLACES).map(placePath);
  const more = places.length - NAMED_PLACES;
  const said = list("items", more > 0 ? [...named, phrase("and-more", { count: more })] : named);
  return phrase(id, { places: said });
}

/** `filter/FORWARD/3`, with the family where it is not IPv4. */
function placePath({ table, chain, number }: Place): string {
  return `${tablePath(table)}/${chain.name}/${String(number)}`;
}

function section(
  level: Section["level"],
  title: string,
  tag: Word | null,
  code: string | null,
  paragraphs: Section["paragraphs"],
): Section {
  return { level, title, tag, code, paragraphs };
}
