import { deflateRawSync } from "node:zlib";

/** A file of a zip that is made in memory, for tests; whatever is wrong with it is wanted. */
export interface ZipEntry {
  readonly name: string;
  readonly body: string | Uint8Array;
  /** The size that the archive claims. */
  readonly says?: number;
  /** Of the file, as Unix has it. */
  readonly mode?: number;
  /** Instead of the right checksum. */
  readonly sum?: number;
}

export function zipOf(...entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { local, central } = zipEntry(entry, offset);
    locals.push(local);
    centrals.push(central);
    offset += local.length;
  }
  const size = centrals.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...centrals, end]);
}

function zipEntry(
  { name, body, says = Buffer.byteLength(body), mode = 0o100644, sum }: ZipEntry,
  offset: number,
): { readonly local: Buffer; readonly central: Buffer } {
  const bytes = deflateRawSync(body);
  const path = Buffer.from(name);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(sum ?? crc32(Buffer.from(body)), 14);
  local.writeUInt32LE(bytes.length, 18);
  local.writeUInt32LE(says, 22);
  local.writeUInt16LE(path.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(0x0314, 4);
  local.copy(central, 6, 4, 30);
  central.writeUInt32LE((mode << 16) >>> 0, 38);
  central.writeUInt32LE(offset, 42);
  return { local: Buffer.concat([local, path, bytes]), central: Buffer.concat([central, path]) };
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
