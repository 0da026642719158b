import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Diagnostic, Speaker } from "@hookwalk/engine";
import { HookwalkError } from "../errors.ts";
import { cannotRead } from "./cannot-read.ts";
import { packingOf } from "./archive-kind.ts";
import { readDirectory } from "./directory.ts";
import type { FileBytes } from "./limits.ts";
import { checkSize, MAX_FILE_BYTES } from "./limits.ts";
import { readStream } from "./stream.ts";
import { decode } from "./text.ts";

/** One file of a snapshot, as text, under the path that it had in its directory or archive. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** What `-f` named, read whole. */
export interface Collected {
  /** For people: the last part of the path. */
  readonly name: string;
  readonly files: readonly TextFile[];
  /** What could not be read as it is, and was left out or read otherwise. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the inputs named on the command line, each a directory, an archive of one, a single file, or `-`. Nothing is
 * ever written to disk. Throws a HookwalkError where an input cannot be read at all.
 */
export async function collect(
  paths: readonly string[],
  stdin: NodeJS.ReadableStream,
  say: Speaker,
): Promise<Collected> {
  const files: TextFile[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    const read = await readInput(path, stdin, say);
    for (const diagnostic of read.diagnostics) diagnostics.push(diagnostic);
    for (const { path: name, bytes } of read.files) {
      const decoded = decode(name, bytes);
      if (decoded.diagnostic !== null) diagnostics.push(decoded.diagnostic);
      if (decoded.text !== null) files.push({ path: name, text: decoded.text });
    }
  }
  return { name: paths.map((path) => (path === "-" ? "stdin" : basename(path))).join("+"), files, diagnostics };
}

interface ReadInput {
  readonly files: readonly FileBytes[];
  readonly diagnostics: readonly Diagnostic[];
}

async function readInput(path: string, stdin: NodeJS.ReadableStream, say: Speaker): Promise<ReadInput> {
  if (path === "-") return opened("stdin", await readStream("stdin", stdin, say), say);
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return await readDirectory(path, say);
    if (!stats.isFile()) return await opened(basename(path), await readPipe(path, say), say);
    checkSize(path, stats.size, MAX_FILE_BYTES, say);
    return await opened(basename(path), await readFile(path), say);
  } catch (error) {
    if (error instanceof HookwalkError) throw error;
    throw cannotRead(path, error, say);
  }
}

/** `-f <(iptables-save)`: a pipe has no size. */
async function readPipe(path: string, say: Speaker): Promise<Buffer> {
  const { createReadStream } = await import("node:fs");
  return readStream(path, createReadStream(path), say);
}

/** The file itself, or what it holds where it is an archive. The content decides. */
async function opened(path: string, bytes: Buffer, say: Speaker): Promise<ReadInput> {
  if (packingOf(bytes) === null) return { files: [{ path, bytes }], diagnostics: [] };
  const { readArchive } = await import("./archive.ts");
  return readArchive(path, bytes, say);
}
