import type { Check, Severity } from "../lint/finding.ts";
import type { Speaker } from "../messages/catalogue.ts";
import { speaker } from "../messages/catalogue.ts";
import type { Document, Line, Role, Word } from "./document.ts";
import { blankLine, paragraph, rowOf, textLine, word } from "./document.ts";
import type { Json } from "./json.ts";
import { API_VERSION } from "./json.ts";

export const SEVERITY_ROLES: Readonly<Record<Severity, Role>> = { error: "bad", warning: "unsure", info: "faint" };
const INDENT = 2;

/** The names of checks, how bad what they find is, and what it is, a line each. */
export function checkListDocument(checks: readonly Check[], say: Speaker): Document {
  return checks.map(({ name, severities }) =>
    rowOf([[word(name, "strong")], severityWords(severities), say.check(name)], { indent: 0 }),
  );
}

/** One check: what it finds, when, lines that it would name, and what can be done. */
export function checkDocument({ name, severities, example }: Check, say: Speaker): Document {
  const { about, fix } = say.aboutCheck(name);
  const lines: Line[] = [
    textLine(0, word(`${name}  `, "strong"), ...severityWords(severities)),
    paragraph(INDENT, word(say.check(name))),
    blankLine,
    paragraph(INDENT, word(about)),
    blankLine,
    ...example.map((line) => textLine(2 * INDENT, word(line, "faint"))),
    blankLine,
    paragraph(INDENT, word(fix)),
  ];
  return lines;
}

function severityWords(severities: readonly Severity[]): readonly Word[] {
  return severities.flatMap((severity, index) => [
    ...(index === 0 ? [] : [word(", ", "faint")]),
    word(severity, SEVERITY_ROLES[severity]),
  ]);
}

/** Checks as docs/json-lint.md says. Texts are English: JSON is never translated. */
export function checksJson(checks: readonly Check[]): Json {
  const say = speaker("en");
  return {
    apiVersion: API_VERSION,
    kind: "LintChecks",
    checks: checks.map(({ name, severities, example }) => ({
      check: name,
      severities: [...severities],
      summary: say.check(name),
      ...say.aboutCheck(name),
      example: [...example],
    })),
  };
}
