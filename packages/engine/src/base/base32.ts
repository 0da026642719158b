const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Bytes in base32 without padding: RFC 4648 §6. */
export function base32(bytes: Uint8Array): string {
  const codes = new Array<number>(Math.ceil((bytes.length * 8) / 5));
  let length = 0;
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) codes[length++] = ALPHABET.charCodeAt((held >> (bits - 5)) & 31);
  }
  if (bits > 0) codes[length] = ALPHABET.charCodeAt((held << (5 - bits)) & 31);
  return String.fromCharCode(...codes);
}
