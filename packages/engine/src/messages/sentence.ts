import { sentences } from "./sentences-zh.ts";

/** A sentence with holes: what stands before, between and behind them, and how another language says it. */
interface Pattern {
  readonly parts: readonly string[];
  readonly translation: string;
}

let prepared: readonly Pattern[] | null = null;

function patterns(): readonly Pattern[] {
  prepared ??= sentences.map(([english, translation]) => ({ parts: english.split("{}"), translation }));
  return prepared;
}

/** A sentence of the walk in Chinese; names, addresses and texts of rules, which have no translation, stay. */
export function inChinese(text: string): string {
  for (const { parts, translation } of patterns()) {
    const holes = fit(parts, text);
    if (holes === null) continue;
    // A hole is shorter than the sentence around it, so this ends.
    return translation.replace(/\{(\d)(\+?)\}/g, (_, number: string, isSentence: string) => {
      const hole = holes[Number(number) - 1] ?? "";
      return isSentence === "" ? hole : inChinese(hole);
    });
  }
  return text;
}

/** What fills the holes; null where the text is another sentence. Each hole ends at the first place that fits. */
function fit(parts: readonly string[], text: string): readonly string[] | null {
  const [head = "", ...rest] = parts;
  if (rest.length === 0) return text === head ? [] : null;
  if (!text.startsWith(head)) return null;
  const tail = rest.at(-1) ?? "";
  const end = text.length - tail.length;
  const holes: string[] = [];
  let from = head.length;
  for (const part of rest.slice(0, -1)) {
    const at = text.indexOf(part, from + 1);
    if (at < 0) return null;
    holes.push(text.slice(from, at));
    from = at + part.length;
  }
  if (from >= end || !text.endsWith(tail)) return null;
  holes.push(text.slice(from, end));
  return holes;
}
