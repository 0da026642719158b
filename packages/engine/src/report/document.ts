/**
 * A text for people before anybody knows where it will stand: which words matter is said here, how they are coloured,
 * wrapped or aligned is the business of whoever shows them (a terminal, a web page).
 */
export type Document = readonly Line[];

export type Line =
  | { readonly kind: "blank" }
  | { readonly kind: "text"; readonly indent: number; readonly words: readonly Word[] }
  /** Prose: broken into as many lines as the page's width makes of it. */
  | { readonly kind: "paragraph"; readonly indent: number; readonly words: readonly Word[] }
  | Row;

/** A line whose cells line up with those of the other rows of its document. A cell may run over into an empty one. */
export interface Row {
  readonly kind: "row";
  /** Where the first cell begins. The other columns are the same for all rows. */
  readonly indent: number;
  /** Stands in the margin: the sign of the decisive line. */
  readonly sign: Word | null;
  readonly cells: readonly (readonly Word[])[];
  /** Follows the last cell where there is room for it. */
  readonly detail: readonly Word[];
  /** Stands in a column of its own at the right. */
  readonly aside: readonly Word[];
}

export interface Word {
  readonly text: string;
  readonly role: Role;
}

/** Never the only carrier of a meaning: the words say the same. */
export type Role = "plain" | "strong" | "faint" | "good" | "bad" | "unsure" | "changed";

export function word(text: string, role: Role = "plain"): Word {
  return { text, role };
}

export function textLine(indent: number, ...words: readonly Word[]): Line {
  return { kind: "text", indent, words };
}

export function paragraph(indent: number, ...words: readonly Word[]): Line {
  return { kind: "paragraph", indent, words };
}

/** A row without sign, detail and aside; cells are given as words or, where they are plain, as text. */
export function rowOf(cells: readonly (string | readonly Word[])[], more: Partial<Row> = {}): Row {
  const words = cells.map((cell) => (typeof cell !== "string" ? cell : cell === "" ? [] : [word(cell)]));
  return { kind: "row", indent: ROW_INDENT, sign: null, cells: words, detail: [], aside: [], ...more };
}

/** Of rows that nothing else is said of. */
export const ROW_INDENT = 4;

export const blankLine: Line = { kind: "blank" };
