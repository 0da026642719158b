import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import type { ZipFile } from "yauzl";
import { HEAD_BYTES } from "./archive-kind.ts";

/** The bytes of a file, wherever they are: a large archive stays on disk. */
export interface Source {
  /** The first bytes. */
  readonly head: Buffer;
  readonly size: number;
  /** From the first byte to the last, once. */
  stream(): Readable;
  zip(): Promise<ZipFile>;
}

/** Sizes are checked while entries are unpacked, and entries are read one by one. */
const ZIP_OPTIONS = { lazyEntries: true, validateEntrySizes: true, autoClose: true } as const;

export function bufferSource(bytes: Buffer): Source {
  return {
    head: bytes.subarray(0, HEAD_BYTES),
    size: bytes.length,
    stream: () => Readable.from([bytes]),
    async zip() {
      const { fromBufferPromise } = await import("yauzl");
      return fromBufferPromise(bytes, ZIP_OPTIONS);
    },
  };
}

export async function fileSource(path: string, size: number): Promise<Source> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    return {
      head: head.subarray(0, bytesRead),
      size,
      stream: () => createReadStream(path),
      async zip() {
        const { openPromise } = await import("yauzl");
        return openPromise(path, ZIP_OPTIONS);
      },
    };
  } finally {
    await file.close();
  }
}
