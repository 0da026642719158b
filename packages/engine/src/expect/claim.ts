import type { Claim } from "../desired/packet-tests.ts";
import type { Program } from "../program/program.ts";
import type { Answer, AnswerGroup } from "../reach/answer.ts";
import { ask } from "../reach/ask.ts";
import type { QueryProblem } from "../reach/cursor.ts";
import { parseClaim } from "../reach/parse-query.ts";
import { printQuery } from "../reach/print-query.ts";
import type { Question } from "../reach/query.ts";
import { missingName } from "../reach/rule-names.ts";
import type { MissingName } from "../reach/rule-names.ts";
import { shortOptions } from "../reach/short-options.ts";
import type { Mismatch } from "./judge.ts";

/** What is wrong with a claim about all packets: it does not hold, or it is none. */
export interface JudgedClaim {
  readonly mismatches: readonly Mismatch[];
  readonly problems: readonly string[];
}

const QUESTIONS: Readonly<Record<Claim["holds"], Question>> = { never: "no", always: "every", exists: "any" };

/** Asks whether a claim holds for every packet there is; what nobody can decide does not hold. */
export function judgeClaim(program: Program, { holds, text }: Claim): JudgedClaim {
  const { query, problem } = parseClaim(text, QUESTIONS[holds]);
  if (query === null) return { mismatches: [], problems: [problemText(holds, problem)] };
  const missing = missingName(program, query);
  if (missing !== null) return { mismatches: [], problems: [missingText(missing)] };
  const answer = ask(program, query);
  if (answer.answer === "yes" && !answer.isAboutNothing) return { mismatches: [], problems: [] };
  const mismatch = { what: holds, wanted: printQuery(query), got: gotFrom(answer), conditions: [] };
  return { mismatches: [mismatch], problems: [] };
}

/** In English, as everything that machines read. */
function problemText(holds: Claim["holds"], { code, column, found, expected }: QueryProblem): string {
  const at = `${holds}, column ${String(column)}`;
  switch (code) {
    case "expected":
      return `${at}: ${found === "" ? "it ends too early" : `“${found}” is not expected here`}; one of these could stand there: ${expected.join(", ")}`;
    case "mixed":
      return `${at}: conditions and outcomes are joined here`;
    case "too-deep":
      return `${at}: too many parentheses inside each other`;
    case "too-long":
      return `${at}: it is too long`;
  }
}

function missingText(missing: MissingName): string {
  if (missing.what === "rule") return `chain ${missing.chain} has no rule ${String(missing.rule)}`;
  return `the snapshot has no ${missing.what} “${missing.name}”`;
}

function gotFrom({ groups, open, isAboutNothing, absentDevices, limit }: Answer): string {
  if (limit !== null) return "unknown: the rules are too large";
  if (isAboutNothing) {
    const [absent] = absentDevices;
    return `no such packet: ${absent === undefined ? "what it is about cannot be" : `no device of this node has a name like ${absent}`}`;
  }
  const shown = groups.find(({ witness }) => witness !== null);
  if (shown !== undefined) return exampleText(shown);
  const [fact] = open.flatMap(({ facts }) => facts);
  if (fact !== undefined) return `unknown: ${fact.what} (${fact.why})`;
  return groups.length + open.length > 0 ? "unknown" : "proved: no packet does";
}

function exampleText({ witness }: AnswerGroup): string {
  if (witness === null) return "unknown";
  const { verdict, delivery } = witness.outcome;
  const packet = Object.entries(shortOptions(witness.options)).map(([name, value]) => `${name}: ${yamlText(value)}`);
  return `${verdict}${delivery === "none" ? "" : ` (${delivery})`}: { ${packet.join(", ")} }`;
}

/** Names and addresses of IPv4: what YAML takes for a text by itself. */
const YAML_WORD = /^(?:(?!(?:true|false|null)$)[a-z][\w.-]*|\d+\.\d+\.\d+\.\d+)$/i;

/** A value as a flow mapping of YAML holds it: the packet can be copied into a test. */
function yamlText(value: string | number | boolean): string {
  return typeof value !== "string" || YAML_WORD.test(value) ? String(value) : JSON.stringify(value);
}
