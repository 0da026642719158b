/** A place in an input file. Lines and columns count from 1, line 0 is no line; a column counts UTF-16 units. */
export interface Span {
  readonly file: string;
  readonly line: number;
  /** Where on the line, when the place is narrower than the line. */
  readonly column?: number;
  /** Exclusive. */
  readonly endColumn?: number;
}
