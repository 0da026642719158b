import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { HEAD_BYTES } from "./archive-kind.ts";

/** The bytes of a file, wherever they are: a large archive stays on disk. */
export interface Source {
  /** The first bytes. */
  readonly head: Buffer;
  readonly size: number;
  /** The path of the file, or all of its bytes. */
  readonly at: string | Buffer;
  /** From the first byte to the last. */
  stream(): Readable;
}

export function bufferSource(bytes: Buffer): Source {
  return {
    head: bytes.subarray(0, HEAD_BYTES),
    size: bytes.length,
    at: bytes,
    stream: () => Readable.from([bytes]),
  };
}

export async function fileSource(path: string, size: number): Promise<Source> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    return { head: head.subarray(0, bytesRead), size, at: path, stream: () => createReadStream(path) };
  } finally {
    await file.close();
  }
}
