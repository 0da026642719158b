import { ReadableStream, WritableStream } from "node:stream/web";
import { createTarDecoder } from "modern-tar";
import type { TarHeader } from "modern-tar";
import type { Entry, ReadEntry } from "./entry.ts";

/** The entries of a tar, one after the other as the bytes come. Throws where it is cut short or a checksum is wrong. */
export async function readTar(chunks: AsyncIterable<Uint8Array>, read: ReadEntry): Promise<void> {
  const entries = ReadableStream.from(chunks).pipeThrough(createTarDecoder({ strict: true }));
  for await (const { header, body } of entries) {
    const { name, size } = header;
    const wasRead = await read({ name, size, kind: kindOf(header) }, () => Promise.resolve(body));
    // Read to its end all the same: cancelling would, in modern-tar 0.8.6, also end the next entry where that is buffered.
    if (!wasRead) await body.pipeTo(new WritableStream());
  }
}

function kindOf({ type = "file" }: TarHeader): Entry["kind"] {
  return type === "file" || type === "directory" ? type : "other";
}
