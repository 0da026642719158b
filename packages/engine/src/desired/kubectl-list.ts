/** A `v1 List` as `kubectl get -o yaml` prints it, cut into texts that can be read one after the other. */
export interface KubectlList {
  /** The list without its items: what stands before them and what stands behind. */
  readonly frame: string;
  /** Where in the list its items begin and end. */
  readonly start: number;
  readonly end: number;
  /** Lists of some items each, in their order. */
  readonly parts: readonly string[];
}

/**
 * kubectl sorts the fields of a list, and its items stand at the margin. Nothing within an item may stand there (YAML 1.2, 8.2.1: its
 * parts are indented by one blank at least), so that each `- ` there begins an item.
 */
const HEAD = /^(?:---[ \t]*\r?\n)?apiVersion: v1\r?\nitems:\r?\n(?=- )/;
const NEXT_ITEM = "\n- ";
/** At the margin, what is no item, no comment and no blank line. */
const TAIL = /\n(?=[^\s#-])/g;

/**
 * Characters of a part: some 100 MB while it is read. Much smaller ones take twice the time, since V8 optimizes the parser anew for its
 * state in each call.
 */
const PART = 1 << 23;

/** Null: it is none, or not worth cutting. */
export function cutKubectlList(text: string): KubectlList | null {
  if (text.length <= PART) return null;
  const head = HEAD.exec(text);
  if (head === null) return null;
  const start = head[0].length;
  TAIL.lastIndex = start;
  const end = TAIL.test(text) ? TAIL.lastIndex : text.length;
  return { frame: text.slice(0, start) + text.slice(end), start, end, parts: [...partsOf(text, start, end)] };
}

function* partsOf(text: string, start: number, end: number): Generator<string> {
  let from = start;
  while (from < end) {
    const next = text.indexOf(NEXT_ITEM, from + PART);
    const to = next === -1 || next >= end ? end : next + 1;
    yield text.slice(from, to);
    from = to;
  }
}
