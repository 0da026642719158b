/**
 * The catalogues by language, and the one way to speak from them. `en.ts` defines the ids and the holes of each message;
 * `zh.ts` must have the same ids or it does not compile.
 */
import * as en from "./en.ts";
import { inChinese } from "./sentence.ts";
import * as zh from "./zh.ts";

export type Language = "en" | "zh";
export type DiagnosticCode = keyof typeof en.diagnostics;
export type ReportMessage = keyof typeof en.report;
export type LintMessage = keyof typeof en.lint;
/** The name of a check of `lint`. */
export type CheckName = keyof typeof en.checks;
export type CommandLineMessage = keyof typeof en.commandLine;

/** What fills the holes of a message, by name. */
export type Params = Readonly<Record<string, string | number>>;

type Holes<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never;

/** Messages without holes: those that a table may name. */
export type PlainCommandLineMessage = {
  [Id in CommandLineMessage]: [Holes<(typeof en.commandLine)[Id]>] extends [never] ? Id : never;
}[CommandLineMessage];

/** The parameters that a message must be given: none where it has no holes. */
type ParamsOf<Text extends string> = [Holes<Text>] extends [never]
  ? readonly []
  : readonly [Readonly<Record<Holes<Text>, string | number>>];

interface Catalogue {
  readonly diagnostics: Readonly<Record<DiagnosticCode, string>>;
  readonly report: Readonly<Record<ReportMessage, string>>;
  readonly commandLine: Readonly<Record<CommandLineMessage, string>>;
  readonly lint: Readonly<Record<LintMessage, string>>;
  readonly checks: Readonly<Record<CheckName, string>>;
  readonly aboutChecks: Readonly<Record<CheckName, AboutCheck>>;
}

/** What is said of a check beyond its sentence. */
export interface AboutCheck {
  /** When it speaks, and when not. */
  readonly about: string;
  readonly fix: string;
}

export const catalogues: Readonly<Record<Language, Catalogue>> = { en, zh };

/** Says things in one language. What a message needs is checked by the compiler. */
export interface Speaker {
  readonly language: Language;
  report<Id extends ReportMessage>(id: Id, ...params: ParamsOf<(typeof en.report)[Id]>): string;
  commandLine<Id extends CommandLineMessage>(id: Id, ...params: ParamsOf<(typeof en.commandLine)[Id]>): string;
  /** A diagnostic brings its own parameters. */
  diagnostic(code: DiagnosticCode, params: Params): string;
  /** A finding brings its own parameters, as a diagnostic does. */
  lint(id: LintMessage, params: Params): string;
  /** What a check finds, in one sentence. */
  check(name: CheckName): string;
  aboutCheck(name: CheckName): AboutCheck;
  /** What the walk or the reader of packets says in plain English. */
  sentence(english: string): string;
}

export function speaker(language: Language): Speaker {
  const catalogue = catalogues[language];
  return {
    language,
    report: (id, ...[params]) => fill(catalogue.report[id], params),
    commandLine: (id, ...[params]) => fill(catalogue.commandLine[id], params),
    diagnostic: (code, params) => fill(catalogue.diagnostics[code], params),
    lint: (id, params) => fill(catalogue.lint[id], params),
    check: (name) => catalogue.checks[name],
    aboutCheck: (name) => catalogue.aboutChecks[name],
    sentence: (english) => (language === "zh" ? inChinese(english) : english),
  };
}

/** A hole without a parameter stays as it is: a wrong text is better than none. */
function fill(message: string, params: Params = {}): string {
  return message.replace(/\{(\w+)\}/g, (hole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : hole,
  );
}
