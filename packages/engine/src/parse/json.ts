import type { Word } from "../base/words.ts";
import { say } from "./report.ts";
import type { ParseOptions, Report } from "./report.ts";

/**
 * JSON as the tools print it, with the place of every value and **every** key in order: iproute2 repeats keys (`dst` of a
 * route with an encapsulation), and JSON.parse would keep the wrong one.
 */
export type Json = JsonScalar | JsonArray | JsonObject;

/** A string, number, `true`, `false` or `null`, as text. */
export interface JsonScalar extends Word {
  readonly kind: "scalar";
  readonly isString: boolean;
}

export interface JsonArray {
  readonly kind: "array";
  readonly items: readonly Json[];
  readonly line: number;
  readonly column: number;
}

export interface JsonObject {
  readonly kind: "object";
  readonly entries: readonly (readonly [string, Json])[];
  readonly line: number;
  readonly column: number;
}

interface Scanner {
  readonly text: string;
  at: number;
  line: number;
  lineStart: number;
}

/** What is wrong at the scanner's place. */
interface Problem {
  readonly kind: "problem";
  readonly what: string;
}

/** Deeper nesting than any tool prints; bounds the recursion. */
const MAX_DEPTH = 32;

/**
 * The objects of a JSON text, whether one, a list, or several of either in a row. Where the JSON is broken that is said
 * once, and reading goes on at the next object behind it. Linear.
 */
export function parseJsonObjects(text: string, report: Report, options: ParseOptions = {}): readonly JsonObject[] {
  const scanner: Scanner = { text, at: 0, line: options.firstLine ?? 1, lineStart: 0 };
  const objects: JsonObject[] = [];
  skipBetween(scanner);
  while (scanner.at < text.length) {
    const value = parseValue(scanner, 0);
    if (value.kind === "object") objects.push(value);
    else if (value.kind === "problem") {
      sayProblem(scanner, report, value.what);
      skipToObject(scanner);
    } else sayProblem(scanner, report, "this is no object");
    skipBetween(scanner);
  }
  return objects;
}

function sayProblem(scanner: Scanner, report: Report, problem: string): void {
  const span = { file: report.file, line: scanner.line, column: scanner.at - scanner.lineStart + 1 };
  say(report, "broken-json", span, { format: report.format, problem });
}

function skipBlanks(scanner: Scanner): void {
  for (; scanner.at < scanner.text.length; scanner.at++) {
    const code = scanner.text.charCodeAt(scanner.at);
    if (code === 10) {
      scanner.line++;
      scanner.lineStart = scanner.at + 1;
    } else if (code !== 32 && code !== 9 && code !== 13) return;
  }
}

const BETWEEN = new Set(["[", "]", ","]);

/** Blanks, and the brackets and commas of lists around the objects. */
function skipBetween(scanner: Scanner): void {
  skipBlanks(scanner);
  while (BETWEEN.has(scanner.text.charAt(scanner.at))) {
    scanner.at++;
    skipBlanks(scanner);
  }
}

/** Moves to the next `{` that follows a comma or a closing brace, or starts a line. */
function skipToObject(scanner: Scanner): void {
  let before = "";
  skipBlanks(scanner);
  while (scanner.at < scanner.text.length) {
    const char = scanner.text.charAt(scanner.at);
    if (char === "{" && (before === "," || before === "}" || scanner.text.charAt(scanner.at - 1) === "\n")) return;
    before = char;
    scanner.at++;
    skipBlanks(scanner);
  }
}

function problem(what: string): Problem {
  return { kind: "problem", what };
}

function parseValue(scanner: Scanner, depth: number): Json | Problem {
  const char = scanner.text.charAt(scanner.at);
  if (depth > MAX_DEPTH) return problem("it is nested too deeply");
  if (char === "{") return parseObject(scanner, depth);
  if (char === "[") return parseArray(scanner, depth);
  return parseScalar(scanner);
}

/** Goes through the members of a list or object: `member` reads one; null: the closing bracket was reached. */
function parseMembers(scanner: Scanner, close: "]" | "}", member: () => Problem | null): Problem | null {
  scanner.at++;
  skipBlanks(scanner);
  if (scanner.text.charAt(scanner.at) === close) {
    scanner.at++;
    return null;
  }
  for (;;) {
    const failed = member();
    if (failed !== null) return failed;
    skipBlanks(scanner);
    const char = scanner.text.charAt(scanner.at);
    if (char !== "," && char !== close) return problem(`neither “,” nor “${close}” follows`);
    scanner.at++;
    if (char === close) return null;
    skipBlanks(scanner);
  }
}

function parseObject(scanner: Scanner, depth: number): JsonObject | Problem {
  const start = { line: scanner.line, column: scanner.at - scanner.lineStart + 1 };
  const entries: (readonly [string, Json])[] = [];
  const failed = parseMembers(scanner, "}", () => {
    const key = parseScalar(scanner);
    if (key.kind === "problem") return key;
    if (!key.isString) return problem("a key is not a string");
    skipBlanks(scanner);
    if (scanner.text.charAt(scanner.at) !== ":") return problem("no “:” follows the key");
    scanner.at++;
    skipBlanks(scanner);
    const value = parseValue(scanner, depth + 1);
    if (value.kind === "problem") return value;
    entries.push([key.text, value]);
    return null;
  });
  return failed ?? { kind: "object", entries, ...start };
}

function parseArray(scanner: Scanner, depth: number): JsonArray | Problem {
  const start = { line: scanner.line, column: scanner.at - scanner.lineStart + 1 };
  const items: Json[] = [];
  const failed = parseMembers(scanner, "]", () => {
    const value = parseValue(scanner, depth + 1);
    if (value.kind === "problem") return value;
    items.push(value);
    return null;
  });
  return failed ?? { kind: "array", items, ...start };
}

const BARE = /[-+.\w]+/y;

function parseScalar(scanner: Scanner): JsonScalar | Problem {
  const place = { line: scanner.line, column: scanner.at - scanner.lineStart + 1 };
  if (scanner.text.charAt(scanner.at) === '"') {
    const end = endOfString(scanner.text, scanner.at + 1);
    if (end < 0) return problem("a string is not closed");
    const raw = scanner.text.slice(scanner.at + 1, end);
    scanner.at = end + 1;
    return { kind: "scalar", text: raw.includes("\\") ? unescape(raw) : raw, isString: true, ...place };
  }
  BARE.lastIndex = scanner.at;
  const bare = BARE.exec(scanner.text);
  if (bare === null) return problem(scanner.at >= scanner.text.length ? "the text ends" : "this is no value");
  scanner.at += bare[0].length;
  return { kind: "scalar", text: bare[0], isString: false, ...place };
}

/** The closing quote; -1 where the line ends before it: strings hold no raw line ends. */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) return at;
    if (code === 10) return -1;
    if (code === 92) at++;
  }
  return -1;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
]);

function unescape(raw: string): string {
  return raw.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_whole, hex: string | undefined, char: string) =>
    hex === undefined ? (ESCAPES.get(char) ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Does this text start like JSON? */
export function looksLikeJson(text: string): boolean {
  return /^\s*(?:\[\s*)?\{\s*["}]/.test(text) || /^\s*\[\s*\]\s*$/.test(text);
}
