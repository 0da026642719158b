import type { Speaker } from "@hookwalk/engine";
import { checkSize, MAX_FILE_BYTES } from "./limits.ts";

/** Reads a stream to its end. Throws where it does not end in time. */
export async function readStream(
  name: string,
  stream: AsyncIterable<Uint8Array | string>,
  say: Speaker,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    checkSize(name, size, MAX_FILE_BYTES, say);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}
