import type { Speaker } from "../messages/catalogue.ts";
import { speaker } from "../messages/catalogue.ts";
import type { Finding, FindingParams, Place, Severity } from "../lint/finding.ts";
import { SEVERITIES } from "../lint/lint.ts";
import type { Document, Line } from "./document.ts";
import { blankLine, textLine, word } from "./document.ts";
import type { Annotation } from "./github.ts";
import { printAnnotation } from "./github.ts";
import type { Json } from "./json.ts";
import { API_VERSION } from "./json.ts";
import { SEVERITY_ROLES } from "./lint-checks.ts";
import { traceCommand } from "./trace-command.ts";
import { conditionLine } from "./trace-text.ts";

const INDENT = 9;

export interface LintDocumentOptions {
  /** As `-f` was given: witnesses are told as commands that can be copied. */
  readonly files?: readonly string[];
}

/**
 * Findings for a person: what is wrong and where, the lines that show it, what can be done, the packet that shows it; at the end how many.
 */
export function lintDocument(
  findings: readonly Finding[],
  say: Speaker,
  { files = ["SNAPSHOT"] }: LintDocumentOptions = {},
): Document {
  if (findings.length === 0) return [textLine(0, word(say.lint("no-findings", {}), "good"))];
  const lines: Line[] = [];
  for (const finding of findings) {
    for (const line of findingLines(finding, say)) lines.push(line);
    for (const line of witnessLines(finding, say, files)) lines.push(line);
    lines.push(blankLine);
  }
  const [errors = 0, warnings = 0, infos = 0] = SEVERITIES.map(
    (severity) => findings.filter((finding) => finding.severity === severity).length,
  );
  lines.push(textLine(0, word(say.lint("findings-count", { errors, warnings, infos }), "strong")));
  return lines;
}

function* findingLines(finding: Finding, say: Speaker): Iterable<Line> {
  const { check, severity, where } = finding;
  const [what = "", ...remedy] = messageOf(finding, say).split("\n");
  const rule = placeText(where);
  yield textLine(
    0,
    word(severity.padEnd(INDENT), SEVERITY_ROLES[severity]),
    word(`${check}  `, "faint"),
    ...(rule === "" ? [] : [word(`${rule}  `, "strong")]),
    word(`${where.span.file}:${String(where.span.line)}`, "faint"),
  );
  yield textLine(INDENT, word(what));
  for (const { span, text } of finding.related) {
    yield textLine(INDENT, word(`${span.file}:${String(span.line)}  `, "faint"), word(text));
  }
  for (const sentence of remedy) yield textLine(INDENT, word(sentence, "faint"));
}

/** The packet as a command to copy, and what has to be so for it to show the finding. */
function* witnessLines({ witness }: Finding, say: Speaker, files: readonly string[]): Iterable<Line> {
  if (witness === null) return;
  yield textLine(INDENT, word(`${say.lint("shown-by", {})}  `, "faint"), word(traceCommand(witness.options, files)));
  for (const condition of witness.conditions)
    yield conditionLine(condition.assumed ? "if" : "if-not", condition, say, INDENT);
}

/** `mangle/CILIUM_PRE_mangle/4`; "" where it is about no chain. */
export function placeText({ family, table, chain, rule }: Place): string {
  const parts = [family === "ip6" ? family : null, table, chain, rule === null ? null : String(rule)];
  return parts.filter((part) => part !== null).join("/");
}

/** What is wrong; behind the line break what can be done. */
export function messageOf({ message, params }: Finding, say: Speaker): string {
  return say.lint(message, plainParams(params, say));
}

function plainParams(params: FindingParams, say: Speaker): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === "object" ? say.lint(value.message, value.params) : value,
    ]),
  );
}

/** Findings as docs/json-lint.md says. Texts are English: JSON is never translated. */
export function lintJson(findings: readonly Finding[]): Json {
  const say = speaker("en");
  return {
    apiVersion: API_VERSION,
    kind: "LintReport",
    findings: findings.map((finding): Json => {
      const [message = "", remedy = ""] = messageOf(finding, say).split("\n");
      const { check, severity, where, related, witness } = finding;
      return {
        check,
        severity,
        message,
        remedy,
        where: { ...where, span: { ...where.span } },
        related: related.map(({ span, text }) => ({ span: { ...span }, text })),
        witness: witness === null ? null : { ...witness.options },
        conditions: (witness?.conditions ?? []).map((condition) => ({ ...condition })),
      };
    }),
  };
}

const LEVELS: Readonly<Record<Severity, Annotation["level"]>> = { error: "error", warning: "warning", info: "notice" };

/** The path by which people know a file of the snapshot. */
export type PathOf = (file: string) => string;

/** Workflow commands of GitHub Actions, a finding a line: they become annotations at the lines of the files. */
export function lintGithub(findings: readonly Finding[], say: Speaker, pathOf: PathOf): string {
  return findings
    .map((finding) => {
      const { check, severity, where } = finding;
      const rule = placeText(where);
      const text = (rule === "" ? "" : `${rule}: `) + messageOf(finding, say);
      const { file, line } = where.span;
      return printAnnotation({ level: LEVELS[severity], file: pathOf(file), line, title: check, text });
    })
    .join("");
}
