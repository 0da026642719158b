/** Marks as every tool prints them. */
export function printHex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
