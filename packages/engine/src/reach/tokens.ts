/** A word of a question, or a sign between words. */
export interface Token {
  readonly kind: "word" | "quoted" | "(" | ")" | ",";
  /** As typed, without quotes. */
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

const SIGNS: ReadonlySet<string> = new Set(["(", ")", ","]);

/**
 * The words of a question. A comma inside a word belongs to it (`tcp/80,443`); question marks, full stops and commas at its end do not.
 * What stands in double quotes is a name, whatever the language means by it. Linear.
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (isBlank(character)) at++;
    else if (isSign(character)) {
      tokens.push({ kind: character, text: character, column: at + 1 });
      at++;
    } else if (character === '"') {
      const close = text.indexOf('"', at + 1);
      const end = close < 0 ? text.length : close;
      tokens.push({ kind: "quoted", text: text.slice(at + 1, end), column: at + 1 });
      at = end + 1;
    } else at = pushWord(tokens, text, at);
  }
  return tokens;
}

/** Where to read on: at the commas behind a word, which are signs again. */
function pushWord(tokens: Token[], text: string, start: number): number {
  let end = start;
  while (end < text.length && !isBlank(text.charAt(end)) && !'()"'.includes(text.charAt(end))) end++;
  let last = end;
  while (last > start && ",?.".includes(text.charAt(last - 1))) last--;
  if (last > start) tokens.push({ kind: "word", text: text.slice(start, last), column: start + 1 });
  const comma = text.slice(last, end).indexOf(",");
  if (comma >= 0) tokens.push({ kind: ",", text: ",", column: last + comma + 1 });
  return end;
}

function isBlank(character: string): boolean {
  return character.trim() === "";
}

function isSign(character: string): character is "(" | ")" | "," {
  return SIGNS.has(character);
}
