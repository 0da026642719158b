import type { Span } from "../base/span.ts";
import type { Mismatch } from "../expect/judge.ts";
import type { Speaker } from "../messages/catalogue.ts";
import type { Document, Line } from "./document.ts";
import { blankLine, rowOf, textLine, word } from "./document.ts";
import { printAnnotation } from "./github.ts";
import type { Json } from "./json.ts";
import { API_VERSION } from "./json.ts";

/** One test of a PacketTests object, and what came of it: it holds where neither list has anything. */
export interface TestResult {
  /** Of the object that it stands in. */
  readonly suite: string;
  readonly name: string;
  readonly span: Span;
  readonly mismatches: readonly Mismatch[];
  /** Why the packet, or the claim, is none. */
  readonly problems: readonly string[];
}

export function holds({ mismatches, problems }: TestResult): boolean {
  return mismatches.length === 0 && problems.length === 0;
}

/** Tests for a person: a line each, and below those that do not hold what was wanted and what came. */
export function testDocument(results: readonly TestResult[], say: Speaker): Document {
  const lines: Line[] = [];
  for (const result of results) {
    const [sign, role] = holds(result) ? (["✓", "good"] as const) : (["✗", "bad"] as const);
    const place = holds(result) ? "" : `   ${result.span.file}:${String(result.span.line)}`;
    lines.push(textLine(0, word(`${sign} `, role), word(`${result.suite}: ${result.name}`), word(place, "faint")));
    for (const line of failureLines(result, say)) lines.push(line);
  }
  const failed = results.filter((result) => !holds(result)).length;
  const counts = { passed: results.length - failed, failed };
  lines.push(blankLine, textLine(0, word(say.report("tests-count", counts), failed === 0 ? "good" : "bad")));
  return lines;
}

function* failureLines({ mismatches, problems }: TestResult, say: Speaker): Iterable<Line> {
  for (const problem of problems) yield textLine(4, word(say.sentence(problem)));
  for (const { what, wanted, got, conditions } of mismatches) {
    yield rowOf([
      what,
      say.report("test-wanted", { wanted }),
      [word(say.report("test-got", { got: say.sentence(got) }), "changed")],
    ]);
    for (const { what: fact, assumed } of conditions) {
      yield textLine(8, word(`${say.report(assumed ? "if" : "if-not")} `, "unsure"), word(say.sentence(fact)));
    }
  }
}

/** What was wanted and what came, in English: for machines and logs. */
function failureText({ mismatches, problems }: TestResult): string {
  const differences = mismatches.map(({ what, wanted, got, conditions }) => {
    const when = conditions.map(({ what: fact, assumed }) => `${assumed ? "if" : "if not"}: ${fact}`);
    return [`${what}: wanted ${wanted}, got ${got}`, ...when].join(", ");
  });
  return [...problems, ...differences].join("\n");
}

/** As docs/test.md says. */
export function testJson(results: readonly TestResult[]): Json {
  return {
    apiVersion: API_VERSION,
    kind: "TestReport",
    tests: results.map((result): Json => {
      const { suite, name, span, mismatches, problems } = result;
      return {
        suite,
        name,
        holds: holds(result),
        span: { file: span.file, line: span.line },
        problems,
        mismatches: mismatches.map(({ what, wanted, got, conditions }) => ({
          what,
          wanted,
          got,
          conditions: conditions.map(({ what: fact, assumed, why }) => ({ what: fact, assumed, why })),
        })),
      };
    }),
  };
}

/** An annotation at each test that does not hold. */
export function testGithub(results: readonly TestResult[]): string {
  return results
    .filter((result) => !holds(result))
    .map((result) => {
      const { suite, name, span } = result;
      return printAnnotation({ level: "error", ...span, title: `${suite}: ${name}`, text: failureText(result) });
    })
    .join("");
}

/** JUnit's XML, as GitLab, Jenkins and others read it. */
export function testJunit(results: readonly TestResult[]): string {
  const suites = new Map<string, TestResult[]>();
  for (const result of results) {
    const known = suites.get(result.suite);
    if (known === undefined) suites.set(result.suite, [result]);
    else known.push(result);
  }
  const body = [...suites].map(([name, own]) => {
    const failures = String(own.filter(isFailure).length);
    const errors = String(own.filter(({ problems }) => problems.length > 0).length);
    const head = `  <testsuite name="${attribute(name)}" tests="${String(own.length)}" failures="${failures}" errors="${errors}">`;
    return `${head}\n${own.map(testcase).join("")}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${body.join("")}</testsuites>\n`;
}

function isFailure({ mismatches, problems }: TestResult): boolean {
  return problems.length === 0 && mismatches.length > 0;
}

function testcase(result: TestResult): string {
  const { suite, name, span } = result;
  const place = `file="${attribute(span.file)}" line="${String(span.line)}"`;
  const head = `    <testcase name="${attribute(name)}" classname="${attribute(suite)}" ${place}`;
  if (holds(result)) return `${head}/>\n`;
  const element = isFailure(result) ? "failure" : "error";
  const text = failureText(result);
  const message = attribute(text.split("\n")[0] ?? "");
  return `${head}>\n      <${element} message="${message}">${xml(text)}</${element}>\n    </testcase>\n`;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  // Readers make a line feed of it (2.11).
  ["\r", "&#13;"],
]);

/** A value: readers make spaces of the white space in it, but for references (XML 1.0, 3.3.3). */
function attribute(text: string): string {
  return xml(text).replace(/[\t\n]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

/** What XML 1.0 cannot hold at all becomes U+FFFD. */
function xml(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are the characters that must not come out
  const sound = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
  return sound.replace(/[&<>"\r]/g, (character) => ENTITIES.get(character) ?? character);
}
