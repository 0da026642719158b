const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Bytes in base64url without padding: RFC 4648 §5. */
export function base64url(bytes: Uint8Array): string {
  // Joined, a text is one piece of memory: added up, it is a chain of pieces for as long as it is kept.
  const characters: string[] = [];
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    for (bits += 8; bits >= 6; bits -= 6) characters.push(ALPHABET.charAt((held >> (bits - 6)) & 63));
  }
  if (bits > 0) characters.push(ALPHABET.charAt((held << (6 - bits)) & 63));
  return characters.join("");
}
