import { printHex } from "../base/hex.ts";
import type { ReportMessage, Speaker } from "../messages/catalogue.ts";
import type { Answer, AnswerGroup, FateName, OpenPackets } from "../reach/answer.ts";
import type { Asked } from "../reach/asked.ts";
import { DEFAULT_WORDS } from "../reach/asked.ts";
import { printQuery } from "../reach/print-query.ts";
import type { Question } from "../reach/query.ts";
import type { Witness } from "../witness/witness.ts";
import { decisiveStep } from "../walk/decisive.ts";
import type { Document, Line, Role, Word } from "./document.ts";
import { blankLine, textLine, word } from "./document.ts";
import type { Json } from "./json.ts";
import { API_VERSION } from "./json.ts";
import { packetLines, packetsJson } from "./packets-text.ts";
import { traceCommand } from "./trace-command.ts";
import { packetJson } from "./trace-json.ts";
import { verdictWords } from "./verdict-text.ts";

/** More groups than this are not shown to people. */
const MOST_GROUPS = 12;
/** Facts that an answer hangs on: more are not shown to people. */
const MOST_FACTS = 8;

/**
 * An answer for a person: the question as it was understood, yes or no, the packets that show it by what becomes of them, each with one that
 * can be walked. `files` is what -f was given.
 */
export function reachDocument(answer: Answer, files: readonly string[], say: Speaker): Document {
  const { query, groups, open, absentDevices } = answer;
  const [sign, role] = SIGNS[answer.answer];
  const lines: Line[] = [
    textLine(0, word(printQuery(query), "strong")),
    textLine(0, word(`${sign} ${say.report(headlineOf(answer))}`, role)),
  ];
  for (const name of absentDevices) lines.push(textLine(2, word(say.report("reach-absent-device", { name }))));
  for (const group of groups.slice(0, MOST_GROUPS)) {
    lines.push(blankLine);
    for (const line of groupLines(group, answer.asked, files, say)) lines.push(line);
  }
  if (groups.length > MOST_GROUPS) {
    lines.push(textLine(0, word(say.report("reach-more", { count: groups.length - MOST_GROUPS }), "faint")));
  }
  for (const packets of open) {
    lines.push(blankLine);
    for (const line of openLines(packets, answer.asked, say)) lines.push(line);
  }
  lines.push(blankLine);
  for (const line of footer(answer, say)) lines.push(line);
  return lines;
}

const SIGNS: Readonly<Record<Answer["answer"], readonly [string, Role]>> = {
  yes: ["✓", "good"],
  no: ["✗", "bad"],
  unknown: ["?", "unsure"],
};

const HEADLINES = {
  which: { yes: "reach-these", no: "reach-none", unknown: "reach-unknown" },
  who: { yes: "reach-these", no: "reach-none", unknown: "reach-unknown" },
  any: { yes: "reach-some", no: "reach-none", unknown: "reach-unknown" },
  every: { yes: "reach-every", no: "reach-not-every", unknown: "reach-unknown" },
  no: { yes: "reach-none-yes", no: "reach-some-no", unknown: "reach-unknown" },
} as const satisfies Readonly<Record<Question, Readonly<Record<Answer["answer"], ReportMessage>>>>;

type Headline = (typeof HEADLINES)[Question][Answer["answer"]] | "reach-too-large" | "reach-about-nothing";

function headlineOf({ query, answer, isAboutNothing, limit }: Answer): Headline {
  if (limit !== null) return "reach-too-large";
  return isAboutNothing ? "reach-about-nothing" : HEADLINES[query.question][answer];
}

function* groupLines(
  group: AnswerGroup,
  asked: readonly Asked[],
  files: readonly string[],
  say: Speaker,
): Iterable<Line> {
  const { fate, packets, witness } = group;
  yield textLine(0, word(headingOf(group.asked, asked, say)), ...fateWords(fate, say));
  yield* packetLines(packets, 4, say);
  if (witness === null) yield textLine(2, word(say.report("reach-unconfirmed"), "bad"));
  else yield* witnessLines(witness, files, say);
}

/** Said only where packets of several kinds are asked about. */
function headingOf({ family, origin }: Asked, asked: readonly Asked[], say: Speaker): string {
  const parts = [
    ...(new Set(asked.map((one) => one.family)).size > 1 ? [family === "ip" ? "IPv4" : "IPv6"] : []),
    ...(new Set(asked.map((one) => one.origin)).size > 1 ? [say.report(`origin-${origin}`)] : []),
  ];
  return parts.length === 0 ? "" : `${parts.join(", ")}: `;
}

function fateWords(fate: FateName | null, say: Speaker): readonly Word[] {
  if (fate === null) return [word(say.report("fate-several"), "unsure")];
  const { verdict, delivery, at, what } = fate;
  const name =
    verdict === "accept" && delivery !== "none" ? (`fate-${delivery}` as const) : (`fate-${verdict}` as const);
  const place =
    at === null
      ? ""
      : say.report("where-hook", { hook: say.report(`hook-${at.hook}`) }) +
        ` (${at.base.table.name}/${at.base.chain.name})`;
  const why = what === null ? "" : say.report("because", { what: say.sentence(what) });
  return [word(say.report(name), ROLES[verdict]), word(place + why)];
}

const ROLES: Readonly<Record<FateName["verdict"], Role>> = {
  accept: "good",
  drop: "bad",
  reject: "bad",
  queue: "unsure",
  unknown: "unsure",
};

function* witnessLines(
  { options, outcome, conditions }: Witness,
  files: readonly string[],
  say: Speaker,
): Iterable<Line> {
  yield textLine(2, word(`${say.report("for-example")} `, "faint"), word(traceCommand(options, files)));
  for (const { what, assumed } of conditions) {
    yield textLine(6, word(`${say.report(assumed ? "if" : "if-not")} `, "unsure"), word(say.sentence(what)));
  }
  yield textLine(4, ...verdictWords(outcome, decisiveStep(outcome), "plain", say));
}

function* openLines(
  { asked: own, packets, facts }: OpenPackets,
  asked: readonly Asked[],
  say: Speaker,
): Iterable<Line> {
  yield textLine(0, word(headingOf(own, asked, say)), word(say.report("reach-open"), "unsure"));
  yield* packetLines(packets, 4, say);
  for (const { what, why } of facts.slice(0, MOST_FACTS)) {
    yield textLine(
      2,
      word("? ", "unsure"),
      word(say.sentence(what)),
      word(` ${say.report("assumed-why", { why: say.sentence(why) })}`, "faint"),
    );
  }
  if (facts.length > MOST_FACTS) {
    yield textLine(2, word(say.report("reach-more-facts", { count: facts.length - MOST_FACTS }), "faint"));
  }
}

function* footer({ asked, defaults }: Answer, say: Speaker): Iterable<Line> {
  const kinds = asked.map(
    ({ family, origin }) => `${family === "ip" ? "IPv4" : "IPv6"} ${say.report(`origin-${origin}`)}`,
  );
  yield textLine(0, word(say.report("reach-asked", { packets: kinds.join(", ") }), "faint"));
  const words = defaults.map((name) => DEFAULT_WORDS[name]).join(", ");
  if (words !== "") {
    yield textLine(0, word(say.report("reach-defaults", { words }), "faint"));
  }
}

/** As docs/json-reach.md says. */
export function reachJson({ query, answer, groups, open, asked, defaults, ...more }: Answer): Json {
  const { isAboutNothing, absentDevices, limit } = more;
  return {
    apiVersion: API_VERSION,
    kind: "ReachReport",
    query: printQuery(query),
    question: query.question,
    answer,
    isAboutNothing,
    absentDevices,
    limit,
    asked: asked.map(askedJson),
    defaults: defaults.map((name) => DEFAULT_WORDS[name]),
    groups: groups.map(({ asked: own, fate, packets, witness }): Json => ({
      ...askedJson(own),
      fate: fate === null ? null : fateJson(fate),
      packets: packetsJson(packets),
      witness: witness === null ? null : witnessJson(witness),
    })),
    open: open.map(({ asked: own, packets, facts }): Json => ({
      ...askedJson(own),
      packets: packetsJson(packets),
      unknown: facts.map(({ what, why }) => ({ what, why })),
    })),
  };
}

function askedJson({ family, origin }: Asked): Readonly<Record<string, Json>> {
  return { family, origin };
}

function fateJson({ verdict, delivery, reason, what, at }: FateName): Json {
  const place = at === null ? null : { hook: at.hook, table: at.base.table.name, chain: at.base.chain.name };
  return { verdict, delivery, reason, what, at: place };
}

function witnessJson({ options, outcome, conditions }: Witness): Json {
  const { verdict, delivery, oif, packet, mark } = outcome;
  return {
    packet: { ...options },
    outcome: { verdict, delivery, oif, packet: packetJson(packet), mark: printHex(mark) },
    conditions: conditions.map((condition) => ({ ...condition })),
  };
}
