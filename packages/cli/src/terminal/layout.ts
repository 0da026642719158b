import type { Document, Row, Word } from "@hookwalk/engine";
import { ROW_INDENT } from "@hookwalk/engine";
import { colourWord } from "./colour.ts";
import { neutralise } from "./neutralise.ts";
import { columnsOf } from "./columns.ts";
import { wrapWords } from "./wrap.ts";

export interface Page {
  readonly colour: boolean;
  /** Columns; details that do not fit are left out, nothing else is. */
  readonly width: number;
}

/** Text as it goes to the terminal, and the columns that it takes there. */
interface Printed {
  readonly text: string;
  readonly width: number;
}

/** So far left of a row stands the sign of the decisive line. */
const SIGN = 3;
const GUTTER = 2;

/** A document as text of a terminal, everything in it made harmless. */
export function layOut(document: Document, page: Page): string {
  return [...layOutLines(document, page)].join("");
}

/** The same line by line, each with its end: all of them together may be more than one string can hold. */
export function* layOutLines(document: Document, page: Page): Generator<string> {
  const rows = document.filter((line) => line.kind === "row");
  const columns = columnWidths(rows);
  const asideWidth = largest(rows, (row) => widthOf(row.aside));
  const rightEdge = asideWidth === 0 ? page.width : page.width - asideWidth - GUTTER;
  const left = new Map(rows.map((row) => [row, printLeft(row, columns, rightEdge, page)]));
  const asideAt =
    Math.min(
      rightEdge,
      largest([...left.values()], ({ width }) => width),
    ) + GUTTER;

  for (const line of document) {
    if (line.kind === "paragraph") {
      yield* wrapped(line.words, line.indent, page);
      continue;
    }
    let out = "";
    if (line.kind === "text") out = " ".repeat(line.indent) + print(line.words, page).text;
    else if (line.kind === "row") {
      const { text, width } = left.get(line) ?? { text: "", width: 0 };
      out = text;
      if (line.aside.length > 0) out += " ".repeat(Math.max(GUTTER, asideAt - width)) + print(line.aside, page).text;
    }
    yield `${out}\n`;
  }
}

/** Prose in lines no wider than the page; what cannot be broken is as wide as it is. */
function* wrapped(words: readonly Word[], indent: number, page: Page): Generator<string> {
  for (const line of wrapWords(words, page.width - indent)) yield `${" ".repeat(indent)}${print(line, page).text}\n`;
}

/** A cell in front of an empty one may run over into it, and the last one is as long as it is: both set no width. */
function columnWidths(rows: readonly Row[]): readonly number[] {
  const widths: number[] = [];
  for (const { cells } of rows) {
    for (const [index, cell] of cells.entries()) {
      const isFollowed = (cells[index + 1]?.length ?? 0) > 0;
      widths[index] = Math.max(widths[index] ?? 0, isFollowed ? widthOf(cell) : 0);
    }
  }
  return widths;
}

/** Sign, cells and, where it ends before the edge, the detail. */
function printLeft(row: Row, columns: readonly number[], rightEdge: number, page: Page): Printed {
  let text = "";
  let width = 0;
  const put = (words: readonly Word[], at: number): void => {
    const printed = print(words, page);
    text += " ".repeat(Math.max(width === 0 ? 0 : 1, at - width)) + printed.text;
    width = Math.max(width === 0 ? 0 : width + 1, at) + printed.width;
  };
  if (row.sign !== null) put([row.sign], Math.max(0, row.indent - SIGN));
  let at = ROW_INDENT;
  for (const [index, cell] of row.cells.entries()) {
    if (cell.length > 0) put(cell, index === 0 ? row.indent : at);
    at += (columns[index] ?? 0) + GUTTER;
  }
  const detailEnd = width + GUTTER + widthOf(row.detail);
  if (row.detail.length > 0 && detailEnd <= rightEdge) put(row.detail, width + GUTTER);
  return { text, width };
}

function largest<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((most, item) => Math.max(most, measure(item)), 0);
}

function widthOf(words: readonly Word[]): number {
  return words.reduce((sum, { text }) => sum + columnsOf(neutralise(text)), 0);
}

function print(words: readonly Word[], page: Page): Printed {
  let text = "";
  let width = 0;
  for (const { text: raw, role } of words) {
    const harmless = neutralise(raw);
    text += page.colour ? colourWord(harmless, role) : harmless;
    width += columnsOf(harmless);
  }
  return { text, width };
}
