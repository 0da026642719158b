import { isAscii, isUtf8 } from "node:buffer";
import type { Diagnostic } from "@hookwalk/engine";

/** What the bytes of a file say; null: it is no text. */
export interface Decoded {
  readonly text: string | null;
  readonly diagnostic: Diagnostic | null;
}

const BYTE_ORDER_MARK = "\ufeff";
/** A dump has no NUL; a binary file has one early. */
const SNIFFED_BYTES = 8192;

/** As PowerShell and some editors save text; each is told by its byte order mark. */
const UTF_16 = [
  { encoding: "utf-16le", mark: Buffer.from([0xff, 0xfe]) },
  { encoding: "utf-16be", mark: Buffer.from([0xfe, 0xff]) },
] as const;

/** UTF-8, UTF-16 with its mark, or where it is neither, Latin-1 with a diagnostic: every byte then keeps a place in the text. */
export function decode(path: string, bytes: Buffer): Decoded {
  const wide = UTF_16.find(({ mark }) => bytes.subarray(0, mark.length).equals(mark));
  if (wide !== undefined) return { text: new TextDecoder(wide.encoding).decode(bytes), diagnostic: null };
  if (bytes.subarray(0, SNIFFED_BYTES).includes(0)) return { text: null, diagnostic: aboutFile(path, "file-not-text") };
  // Latin-1 strings take one byte a character, and most dumps are plain ASCII.
  if (isAscii(bytes)) return { text: bytes.toString("latin1"), diagnostic: null };
  if (isUtf8(bytes)) {
    const text = bytes.toString("utf8");
    return { text: text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text, diagnostic: null };
  }
  return { text: bytes.toString("latin1"), diagnostic: aboutFile(path, "not-utf8") };
}

/** What is left out of an honest snapshot as well. */
const ORDINARY: ReadonlySet<string> = new Set(["file-not-text", "file-not-regular", "file-outside"]);

/** A file that was left out, or read otherwise than it stands. */
export function aboutFile(
  path: string,
  code: "not-utf8" | "file-not-text" | "file-not-regular" | "file-outside" | "file-name",
): Diagnostic {
  const severity = ORDINARY.has(code) ? "info" : "warning";
  return { code, severity, params: { file: path }, span: { file: path, line: 1 } };
}
