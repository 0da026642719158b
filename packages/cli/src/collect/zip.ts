import { crc32 } from "node:zlib";
import { fromBufferPromise, openPromise } from "yauzl";
import type { Entry as ZipEntry } from "yauzl";
import type { Entry, ReadEntry } from "./entry.ts";
import type { Budget } from "./limits.ts";
import type { Source } from "./source.ts";

/** Sizes are checked while entries are unpacked, and entries are read one by one. */
const OPTIONS = { lazyEntries: true, validateEntrySizes: true } as const;

/** The entries of a zip. Throws where it is cut short, a size or a checksum is wrong, or an entry is encrypted. */
export async function readZip(source: Source, path: string, budget: Budget, read: ReadEntry): Promise<void> {
  const { at } = source;
  const zip = typeof at === "string" ? await openPromise(at, OPTIONS) : await fromBufferPromise(at, OPTIONS);
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
