import type { Speaker } from "../messages/catalogue.ts";
import type { Edit } from "../diff/compare.ts";
import type { SnapshotDiff } from "../diff/diff.ts";
import type { SectionLine } from "../diff/section.ts";
import type { Document, Line, Role } from "./document.ts";
import { blankLine, rowOf, textLine, word } from "./document.ts";
import type { Json } from "./json.ts";
import { API_VERSION } from "./json.ts";

interface Sign {
  readonly text: string;
  readonly role: Role;
}

const SIGNS: Readonly<Record<Edit["kind"], Sign>> = {
  removed: { text: "-", role: "bad" },
  added: { text: "+", role: "good" },
  moved: { text: "~", role: "changed" },
};

/** How two snapshots differ, for a person: section by section, `-` only in A, `+` only in B, `~` elsewhere. */
export function diffDocument({ aspects, notCompared }: SnapshotDiff, say: Speaker): Document {
  const lines: Line[] = [];
  for (const { aspect, sections } of aspects) {
    for (const { name, edits } of sections) {
      lines.push(textLine(0, word(`${aspect}  `, "faint"), word(name, "strong")));
      for (const edit of edits) lines.push(editRow(edit, say));
      lines.push(blankLine);
    }
  }
  for (const { aspect, missingIn } of notCompared) {
    const message = missingIn === "a" ? "diff-missing-in-a" : "diff-missing-in-b";
    lines.push(textLine(0, word(say.report(message, { listing: aspect }), "unsure")));
  }
  lines.push(summary(aspects, say));
  return lines;
}

function editRow(edit: Edit, say: Speaker): Line {
  const { text: sign, role } = SIGNS[edit.kind];
  const shown = edit.to ?? edit.from;
  const number = shown.number === null ? "" : String(shown.number);
  const detail = edit.kind === "moved" ? [word(say.report("diff-moved", { from: placeText(edit.from) }), "faint")] : [];
  const cells = [[word(number, "faint")], [word(shown.text, role)]];
  return rowOf(cells, { indent: 4, sign: word(sign, role), detail, aside: [word(spanText(shown), "faint")] });
}

function placeText({ number, span }: SectionLine): string {
  return number === null ? `${span.file}:${String(span.line)}` : String(number);
}

function spanText({ span }: SectionLine): string {
  return `${span.file}:${String(span.line)}`;
}

function summary(aspects: SnapshotDiff["aspects"], say: Speaker): Line {
  const sections = aspects.flatMap((aspect) => aspect.sections);
  if (sections.length === 0) return textLine(0, word(say.report("diff-none"), "good"));
  const count = (kind: Edit["kind"]): number =>
    sections.reduce((sum, { edits }) => sum + edits.filter((edit) => edit.kind === kind).length, 0);
  const counts = { removed: count("removed"), added: count("added"), moved: count("moved") };
  return textLine(0, word(say.report("diff-count", { places: sections.length, ...counts }), "strong"));
}

/** As docs/json-diff.md says. */
export function diffJson({ aspects, notCompared }: SnapshotDiff): Json {
  return {
    apiVersion: API_VERSION,
    kind: "Diff",
    changes: aspects.flatMap(({ aspect, sections }) =>
      sections.flatMap(({ name, edits }) =>
        edits.map(({ kind, from, to }): Json => ({
          listing: aspect,
          section: name,
          change: kind,
          text: (to ?? from).text,
          from: from === null ? null : lineJson(from),
          to: to === null ? null : lineJson(to),
        })),
      ),
    ),
    notCompared: notCompared.map(({ aspect, missingIn }) => ({ listing: aspect, missingIn })),
  };
}

function lineJson({ number, span }: SectionLine): Json {
  return { rule: number, span: { file: span.file, line: span.line } };
}
