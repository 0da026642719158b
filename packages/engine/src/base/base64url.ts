const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));

/** The first bytes, or all, in base64url without padding: RFC 4648 §5. A few: their characters are arguments of one call. */
export function base64url(bytes: Uint8Array, length: number = bytes.length): string {
  // Made at once, a text is one piece of memory: added up, it is a chain of pieces for as long as it is kept.
  const codes: number[] = [];
  let bits = 0;
  let held = 0;
  for (let at = 0; at < length; at++) {
    held = ((held << 8) | (bytes[at] ?? 0)) & 0xffff;
    for (bits += 8; bits >= 6; bits -= 6) codes.push(CODES[(held >> (bits - 6)) & 63] ?? 0);
  }
  if (bits > 0) codes.push(CODES[(held << (6 - bits)) & 63] ?? 0);
  return String.fromCharCode(...codes);
}
