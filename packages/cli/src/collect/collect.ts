import { createReadStream } from "node:fs";
import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { nodesOf } from "@hookwalk/engine";
import type { ArchivedNode, Diagnostic, LazyFile, NamedText, Speaker } from "@hookwalk/engine";
import { HookwalkError } from "../errors.ts";
import { unpack } from "./archive.ts";
import type { Unpacking } from "./archive.ts";
import { cannotRead } from "./cannot-read.ts";
import { readDirectory } from "./directory.ts";
import { newBudget } from "./limits.ts";
import { asideOf, pickNode } from "./pick-node.ts";
import { bufferSource, fileSource } from "./source.ts";
import type { Source } from "./source.ts";
import { readStream } from "./stream.ts";
import { decode } from "./text.ts";

/** What `-f` named, read whole. */
export interface Collected {
  /** For people: the last part of the path. */
  readonly name: string;
  readonly files: readonly NamedText[];
  /** What could not be read as it is, and was left out or read otherwise. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the inputs named on the command line, each a directory, an archive, a single file, or `-`; `ARCHIVE#NODE` is one
 * node of an archive of several. Nothing is ever written to disk. Throws a HookwalkError where an input cannot be read at
 * all, or holds several nodes and none was named.
 */
export async function collect(
  paths: readonly string[],
  stdin: NodeJS.ReadableStream,
  say: Speaker,
): Promise<Collected> {
  const files: NamedText[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const given of paths) {
    const named = await nodeNamed(given);
    const input = await readInput(named.path, stdin, say);
    const nodes = nodesOf(input.files);
    const node = pickNode(nodes, named, say);
    const chosen = node?.files ?? input.files.map((file) => ({ file, command: null }));
    for (const { file, command } of chosen) {
      const text = file.read();
      if (text !== null) files.push({ path: file.path, text, ...(command !== null && { command }) });
    }
    const aside = node === null ? [] : asideOf(node, nodes, named.path, input.files.length + input.passedOver);
    // What a file was decoded as is known only now.
    for (const diagnostic of [...input.diagnostics, ...aside]) diagnostics.push(diagnostic);
  }
  return { name: paths.map((path) => (path === "-" ? "stdin" : basename(path))).join("+"), files, diagnostics };
}

/** The nodes that an input holds; empty: it is one snapshot. */
export async function collectNodes(
  given: string,
  stdin: NodeJS.ReadableStream,
  say: Speaker,
): Promise<readonly ArchivedNode[]> {
  const { path } = await nodeNamed(given);
  return nodesOf((await readInput(path, stdin, say)).files);
}

/** `ARCHIVE#NODE`, unless a file has that very name. */
async function nodeNamed(given: string): Promise<{ readonly path: string; readonly node: string | null }> {
  const at = given.lastIndexOf("#");
  const isWhole = at <= 0 || (await stat(given).catch(() => null)) !== null;
  return isWhole ? { path: given, node: null } : { path: given.slice(0, at), node: given.slice(at + 1) };
}

interface Input {
  readonly files: readonly LazyFile[];
  /** Grows while files are read. */
  readonly diagnostics: readonly Diagnostic[];
  /** Files beside those that were not even unpacked. */
  readonly passedOver: number;
}

async function readInput(path: string, stdin: NodeJS.ReadableStream, say: Speaker): Promise<Input> {
  const diagnostics: Diagnostic[] = [];
  const into: Unpacking = { files: new Map(), diagnostics, passedOver: 0, budget: newBudget(path, say), say };
  await read(path, stdin, into);
  const files = [...into.files].map(([name, bytes]) => lazyFile(name, bytes, diagnostics));
  return { files, diagnostics, passedOver: into.passedOver };
}

/** Decoded once, when somebody asks: of an archive of fifty nodes one is looked at. */
function lazyFile(path: string, bytes: Buffer, diagnostics: Diagnostic[]): LazyFile {
  let decoded: { readonly text: string | null } | null = null;
  return {
    path,
    read() {
      if (decoded === null) {
        const { text, diagnostic } = decode(path, bytes);
        if (diagnostic !== null) diagnostics.push(diagnostic);
        decoded = { text };
      }
      return decoded.text;
    },
  };
}

async function read(path: string, stdin: NodeJS.ReadableStream, into: Unpacking): Promise<void> {
  const outermost = { path: path === "-" ? "stdin" : basename(path), prefix: "", depth: 1 };
  const { say } = into;
  try {
    const stats = path === "-" ? null : await stat(path);
    if (stats?.isDirectory() === true) await readDirectory(path, into);
    else await unpack(outermost, await sourceOf(path, stats, stdin, say), into);
  } catch (error) {
    if (error instanceof HookwalkError) throw error;
    throw cannotRead(path, error, say);
  }
}

/** A file is left where it is; `-` and a pipe (`-f <(iptables-save)`) have no size and are read to their end. */
async function sourceOf(
  path: string,
  stats: Stats | null,
  stdin: NodeJS.ReadableStream,
  say: Speaker,
): Promise<Source> {
  if (stats === null) return bufferSource(await readStream("stdin", stdin, say));
  if (stats.isFile()) return fileSource(path, stats.size);
  return bufferSource(await readStream(path, createReadStream(path), say));
}
