/** How a file is packed, by its first bytes. */
export type Packing = "gzip" | "zip" | "tar";

const TAR_MAGIC_AT = 257;

export function packingOf(bytes: Buffer): Packing | null {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "gzip";
  const start = bytes.toString("latin1", 0, 4);
  if (start === "PK\u0003\u0004" || start === "PK\u0005\u0006") return "zip";
  return bytes.toString("latin1", TAR_MAGIC_AT, TAR_MAGIC_AT + 5) === "ustar" ? "tar" : null;
}
