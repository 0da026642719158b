import { ask, compileProgram, missingName, parseQuery, QUERY_WORDS, reachDocument, reachJson } from "@hookwalk/engine";
import type { Answer, MissingName, Query, QueryProblem, Speaker } from "@hookwalk/engine";
import { defineCommand } from "../command-line/command.ts";
import type { Command } from "../command-line/command.ts";
import { nearest } from "../command-line/suggest.ts";
import { EXIT, usageError } from "../errors.ts";
import type { ExitCode, HookwalkError } from "../errors.ts";
import { readSnapshot } from "./input.ts";
import { unknownName } from "./known-names.ts";
import { writeData } from "./output.ts";

export const reach: Command = defineCommand({
  name: "reach",
  summary: "reach",
  arguments: [{ name: "QUESTION", required: true, rest: true, suggests: QUERY_WORDS }],
  options: {
    file: { kind: "values", short: "f", placeholder: "SNAPSHOT", file: true, help: "option-file" },
    expect: { kind: "choice", choices: ["yes", "no"], help: "option-reach-expect" },
    output: { kind: "choice", short: "o", choices: ["text", "json", "yaml"], help: "option-output" },
    json: { kind: "flag", short: "j", help: "option-json" },
  },
  examples: [
    "reach -f SNAPSHOT who can reach tcp/3306 on 10.0.0.2",
    "reach -f SNAPSHOT is every packet from 10.0.0.0/24 to 192.168.0.0/16 masqueraded",
    "reach -f SNAPSHOT no packet from cali+ other than dns can reach the node --expect yes",
  ],
  async run(values, words, context) {
    const { terminal, say } = context;
    const query = queryOf(words.join(" "), say);
    const { snapshot } = await readSnapshot(values.file, context);
    const program = compileProgram(snapshot);
    const missing = missingName(program, query);
    if (missing !== null) throw missingError(missing, say);
    const answer = ask(program, query);
    const form = values.output ?? (values.json ? "json" : "text");
    if (form === "text") terminal.out.print(reachDocument(answer, values.file, say));
    else await writeData(terminal.out, form, reachJson(answer));
    return exitCodeOf(answer, values.expect);
  },
});

/** What nothing fulfils the conditions of is no good yes. */
function exitCodeOf({ answer, isAboutNothing }: Answer, expected: "yes" | "no" | undefined): ExitCode {
  if (answer === "unknown") return EXIT.unknown;
  if (isAboutNothing && expected === "yes") return EXIT.findings;
  return expected === undefined || answer === expected ? EXIT.ok : EXIT.findings;
}

/** Throws what is wrong with a question as a usage error: the question, a caret below the word, what could stand there. */
function queryOf(text: string, say: Speaker): Query {
  const { query, problem } = parseQuery(text);
  if (query !== null) return query;
  throw usageError(queryProblemText(text, problem, say), expectedText(problem, say));
}

function queryProblemText(text: string, { code, column, found }: QueryProblem, say: Speaker): string {
  const what = problemMessage(code, found, say);
  return `${what}\n   ${text}\n   ${" ".repeat(column - 1)}^`;
}

function expectedText({ expected, found }: QueryProblem, say: Speaker): string | null {
  if (expected.length === 0) return null;
  const like = found === "" ? null : nearest(found, expected);
  if (like !== null) return say.commandLine("did-you-mean", { name: like });
  return say.commandLine("query-expects", { expected: expected.join(", ") });
}

function missingError(missing: MissingName, say: Speaker): HookwalkError {
  if (missing.what === "rule") {
    const { chain, rule, most } = missing;
    return usageError(say.commandLine("no-rule", { chain, number: rule }), say.commandLine("rules-up-to", { most }));
  }
  const { what, name, known } = missing;
  return unknownName(say.commandLine(MISSING[what], { name }), name, known, say);
}

const MISSING = { device: "no-device", table: "no-table", chain: "query-no-chain" } as const;

function problemMessage(code: QueryProblem["code"], found: string, say: Speaker): string {
  if (code !== "expected") return say.commandLine(`query-${code}`);
  return found === "" ? say.commandLine("query-ends") : say.commandLine("query-expected", { found });
}
