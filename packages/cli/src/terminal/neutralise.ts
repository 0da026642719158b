/**
 * Characters that a terminal obeys instead of showing: C0 and C1 controls, DEL, and the marks that reverse the reading
 * order. A dump comes from another machine and may hold any of them.
 */
// eslint-disable-next-line no-control-regex -- control characters are the very thing that is looked for
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text with such characters spelled out (`\x1b`, `\u202e`). Tabs and line ends stay. */
export function neutralise(text: string): string {
  return text.replace(OBEYED, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}
