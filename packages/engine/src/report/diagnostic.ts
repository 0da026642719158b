import type { Span } from "../base/span.ts";
import type { Params, Speaker } from "../messages/catalogue.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Document, Line, Role } from "./document.ts";
import { textLine, word } from "./document.ts";
import type { Json } from "./json.ts";

const ROLES: Readonly<Record<Diagnostic["severity"], Role>> = { error: "bad", warning: "unsure", info: "faint" };

/** The line that a place is on; null where nobody has the file. */
export type SourceOf = (span: Span) => string | null;

/** Of a kind, without `-v`: a hundred lines of prose deserve one mention, while each error has to be mended. */
const SHOWN: Readonly<Record<Diagnostic["severity"], number>> = { error: 10, warning: 1, info: 0 };

/** `file:line:column: what is wrong`, the line with a caret below the place, and what can be done. */
export function diagnosticLines(diagnostic: Diagnostic, say: Speaker, sourceOf: SourceOf): readonly Line[] {
  const { span } = diagnostic;
  const source = diagnostic.source ?? (span.column === undefined ? null : sourceOf(span));
  const [what = "", ...remedy] = say.diagnostic(diagnostic.code, shortened(diagnostic.params)).split("\n");
  const place = [span.file, ...[span.line, span.column ?? 0].filter((number) => number > 0)].join(":");
  const lines = [textLine(0, word("hookwalk: ", ROLES[diagnostic.severity]), word(`${place}: `, "strong"), word(what))];
  if (source !== null && source !== "") {
    const excerpt = excerptAround(source, span.column ?? 1, span.endColumn ?? (span.column ?? 1) + 1);
    lines.push(textLine(3, word(excerpt.text)));
    if (span.column !== undefined && !excerpt.isWhole)
      lines.push(textLine(3 + excerpt.caretAt, word("^".repeat(excerpt.carets), "bad")));
  }
  for (const sentence of remedy) lines.push(textLine(3, word(sentence, "faint")));
  return lines;
}

/** A value as long as its file is told by its beginning. */
const LONGEST_VALUE = 120;

function shortened(params: Params): Params {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      const text = String(value);
      return [name, text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text];
    }),
  );
}

const EXCERPT = 90;

/** A long line is cut so that the place stays in view. Columns count from 1; the end is exclusive. */
function excerptAround(
  source: string,
  column: number,
  endColumn: number,
): { readonly text: string; readonly caretAt: number; readonly carets: number; readonly isWhole: boolean } {
  const at = Math.min(column - 1, source.length);
  const start = at < EXCERPT - 20 ? 0 : at - 30;
  const head = start === 0 ? "" : "…";
  const body = source.slice(start, start + EXCERPT);
  const tail = start + EXCERPT < source.length ? "…" : "";
  const carets = Math.max(1, Math.min(endColumn - column, body.length - (at - start)));
  return {
    text: head + body.replaceAll("\t", " ") + tail,
    caretAt: at - start + head.length,
    carets,
    isWhole: carets >= body.length,
  };
}

/** What a person should know of the input, errors first; of each kind only a few unless `all`. */
export function diagnosticsDocument(
  diagnostics: readonly Diagnostic[],
  all: boolean,
  say: Speaker,
  sourceOf: SourceOf,
): Document {
  const lines: Line[] = [];
  for (const severity of ["error", "warning", "info"] as const) {
    const byCode = new Map<string, Diagnostic[]>();
    for (const diagnostic of diagnostics) {
      if (diagnostic.severity !== severity) continue;
      const alike = byCode.get(diagnostic.code);
      if (alike === undefined) byCode.set(diagnostic.code, [diagnostic]);
      else alike.push(diagnostic);
    }
    for (const alike of byCode.values()) {
      const shown = all ? alike : alike.slice(0, SHOWN[severity]);
      for (const diagnostic of shown) for (const line of diagnosticLines(diagnostic, say, sourceOf)) lines.push(line);
      const hidden = alike.length - shown.length;
      if (hidden > 0 && shown.length > 0)
        lines.push(textLine(3, word(say.report("more-diagnostics", { count: hidden }), "faint")));
    }
  }
  return lines;
}

/** Codes and parameters, no words: JSON is never translated. */
export function diagnosticJson({ code, severity, params, span }: Diagnostic): Json {
  return { code, severity, params: { ...params }, span: { ...span } };
}
