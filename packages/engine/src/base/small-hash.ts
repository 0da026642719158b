import type { Hash } from "@noble/hashes/utils.js";
import { utf8Bytes } from "./utf8.ts";

/** A hash of the library, by the parts that are used here. */
interface Algorithm<T extends Hash<T>> {
  readonly create: () => T;
}

const NOTHING = new Uint8Array(0);
const USUAL_LENGTH = 1024;

/**
 * The hash of some bytes and a text in UTF-8 behind them, for many small texts: its state and its message are made once and
 * used again. What would be made anew for each, buffers and views of them, costs more than the hashing.
 */
export function smallHash<T extends Hash<T>>({
  create,
}: Algorithm<T>): (text: string, before?: Uint8Array) => Uint8Array {
  const start = create();
  const state = create();
  let message = new Uint8Array(USUAL_LENGTH);
  return (text, before = NOTHING) => {
    start._cloneInto(state);
    const length = before.length + text.length;
    if (length > message.length) message = new Uint8Array(2 * length);
    message.set(before);
    if (putAscii(text, message, before.length)) state.update(message.subarray(0, length));
    else state.update(before).update(utf8Bytes(text));
    return state.digest();
  };
}

/** False: there is something else in the text. */
function putAscii(text: string, bytes: Uint8Array, from: number): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x80) return false;
    bytes[from + at] = code;
  }
  return true;
}
