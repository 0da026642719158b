/** `0x4/0xf`, `0x4`: a value and the bits that count. */
export function parseBits(text: string): { readonly value: number; readonly mask: number } | null {
  const match = /^(0x[0-9a-f]+)(?:\/(0x[0-9a-f]+))?$/.exec(text);
  if (match === null) return null;
  return { value: Number(match[1]), mask: match[2] === undefined ? 0xffff_ffff : Number(match[2]) };
}
