const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));

/**
 * The first `limit` characters of bytes in base32 without padding (RFC 4648 §6), `before` standing before them: V8 compares
 * a text made in one go faster than one put together of two.
 */
export function base32(bytes: Uint8Array, limit: number, before = ""): string {
  const count = Math.min(limit, Math.ceil((bytes.length * 8) / 5));
  const codes = new Array<number>(before.length + count);
  for (let at = 0; at < before.length; at++) codes[at] = before.charCodeAt(at);
  for (let index = 0; index < count; index++) {
    const [byte, bit] = [(index * 5) >> 3, (index * 5) & 7];
    const pair = ((bytes[byte] ?? 0) << 8) | (bytes[byte + 1] ?? 0);
    codes[before.length + index] = CODES[(pair >> (11 - bit)) & 31] ?? 0;
  }
  return String.fromCharCode(...codes);
}
