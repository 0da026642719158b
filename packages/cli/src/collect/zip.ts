import { crc32 } from "node:zlib";
import type { Entry as ZipEntry, ZipFile } from "yauzl";
import type { Budget } from "./limits.ts";
import type { Entry, ReadEntry } from "./entry.ts";

/** The entries of a zip. Throws where it is cut short, a size or a checksum is wrong, or an entry is encrypted. */
export async function readZip(zip: ZipFile, path: string, budget: Budget, read: ReadEntry): Promise<void> {
  try {
    for await (const entry of zip.eachEntry()) {
      const { fileName: name, uncompressedSize: size, compressedSize } = entry;
      budget.unpacked(`${path}/${name}`, size, compressedSize);
      await read({ name, size, kind: kindOf(entry) }, async () =>
        checked(await zip.openReadStreamPromise(entry), entry),
      );
    }
  } finally {
    zip.close();
  }
}

/** yauzl compares sizes, but no checksums. */
async function* checked(
  chunks: AsyncIterable<Buffer>,
  { fileName, crc32: expected }: ZipEntry,
): AsyncGenerator<Buffer> {
  let sum = 0;
  for await (const chunk of chunks) {
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (sum !== expected) throw new Error(`the checksum of ${fileName} is wrong`);
}

/** The file type stands in the upper half where a Unix system packed it; others have none. */
function kindOf({ fileName, externalFileAttributes }: ZipEntry): Entry["kind"] {
  if (fileName.endsWith("/")) return "directory";
  const type = (externalFileAttributes >>> 16) & 0o170000;
  return type === 0 || type === 0o100000 ? "file" : "other";
}
