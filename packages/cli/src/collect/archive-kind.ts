/** How a file is packed. */
export type Packing = "gzip" | "xz" | "bzip2" | "zstd" | "zip" | "tar";

/** Bytes that tell, and where they stand. */
const MAGIC: readonly (readonly [Packing, at: number, magic: string])[] = [
  ["gzip", 0, "\u001f\u008b"],
  ["xz", 0, "\u00fd7zXZ\u0000"],
  ["bzip2", 4, "1AY&SY"],
  ["zstd", 0, "\u0028\u00b5\u002f\u00fd"],
  ["zip", 0, "PK\u0003\u0004"],
  ["zip", 0, "PK\u0005\u0006"],
  ["tar", 257, "ustar"],
];

/** So many bytes tell how a file is packed. */
export const HEAD_BYTES = 512;

/** Null: it is not packed. */
export function packingOf(head: Buffer): Packing | null {
  const found = MAGIC.find(([, at, magic]) => head.toString("latin1", at, at + magic.length) === magic);
  return found?.[0] ?? null;
}
