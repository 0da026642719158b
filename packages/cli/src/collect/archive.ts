import { createGunzip } from "node:zlib";
import type { Diagnostic, Speaker } from "@hookwalk/engine";
import { isAside } from "@hookwalk/engine";
import { EXIT, HookwalkError } from "../errors.ts";
import { filtered, MissingProgram } from "../process/filter.ts";
import type { Packing } from "./archive-kind.ts";
import { HEAD_BYTES, packingOf } from "./archive-kind.ts";
import type { Budget } from "./limits.ts";
import { bufferSource } from "./source.ts";
import type { Source } from "./source.ts";
import type { Entry, ReadEntry } from "./entry.ts";
import { readStream } from "./stream.ts";
import { aboutFile } from "./text.ts";

/** What is being read of one input. */
export interface Unpacking {
  /** By path; the later of two of one name holds, as when unpacking to disk. */
  readonly files: Map<string, Buffer>;
  readonly diagnostics: Diagnostic[];
  /** Files that were passed over: no answer needs them. */
  passedOver: number;
  readonly budget: Budget;
  readonly say: Speaker;
}

/** An archive, or a file that may be one. */
export interface Inside {
  /** For people, and for what a name tells: `sosreport-n1.tar.xz`. */
  readonly path: string;
  /** What stands before the names of what is in it; empty for the outermost one. */
  readonly prefix: string;
  /** 1 for the outermost one. */
  readonly depth: number;
}

/**
 * Reads a file, or the files in it where it is an archive; in memory, nothing is written to disk. Links and devices, which honest
 * archives hold, are left out with a diagnostic, what no answer needs is passed over, and sizes are bounded whatever the archive says
 * about itself. Throws a HookwalkError where an archive is broken, larger than anything real, or has a path out of itself.
 */
export async function unpack(inside: Inside, source: Source, into: Unpacking): Promise<void> {
  const { path, depth } = inside;
  const packing = packingOf(source.head);
  if (packing !== null) into.budget.depth(path, depth);
  try {
    await unpackAs(packing, inside, source, into);
  } catch (error) {
    if (error instanceof HookwalkError || packing === null) throw error;
    throw error instanceof MissingProgram ? missing(path, error, into.say) : broken(path, error, into.say);
  }
}

async function unpackAs(packing: Packing | null, inside: Inside, source: Source, into: Unpacking): Promise<void> {
  const { path, prefix } = inside;
  switch (packing) {
    case null:
      into.budget.keep(path, source.size);
      into.files.set(prefix === "" ? path : prefix.slice(0, -1), await readStream(path, source.stream(), into.say));
      return;
    case "zip":
      return (await import("./zip.ts")).readZip(source, path, into.budget, readerOf(inside, into));
    case "tar":
      return tarRead(source.stream(), readerOf(inside, into));
    case "gzip":
    case "xz":
    case "bzip2":
    case "zstd":
      return unpackStream(inside, metered(path, UNPACK[packing](source.stream()), source.size, into.budget), into);
  }
}

/** Loaded when there is an archive. */
async function tarRead(chunks: AsyncIterable<Uint8Array>, read: ReadEntry): Promise<void> {
  const { readTar } = await import("./tar.ts");
  await readTar(chunks, read);
}

type Compression = Exclude<Packing, "zip" | "tar">;

/** What is not built into Node is done by the system's own program; each is told how much memory it may take. */
const UNPACK: Readonly<Record<Compression, (packed: NodeJS.ReadableStream) => AsyncIterable<Buffer>>> = {
  gzip: gunzipped,
  xz: (packed) => filtered(["xz", "-dc", "--memlimit-decompress=512MiB"], packed),
  bzip2: (packed) => filtered(["bzip2", "-dc"], packed),
  zstd: (packed) => filtered(["zstd", "-dcq", "-M512MB"], packed),
};

/** Debian's packages that are not named as their program. */
const PACKAGES: ReadonlyMap<string, string> = new Map([["xz", "xz-utils"]]);

async function* gunzipped(packed: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  packed.on("error", (error: Error) => gunzip.destroy(error));
  for await (const chunk of packed.pipe(gunzip)) yield Buffer.from(chunk);
}

async function* metered(
  path: string,
  chunks: AsyncIterable<Buffer>,
  packedSize: number,
  budget: Budget,
): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    budget.unpacked(path, size, packedSize);
    yield chunk;
  }
}

/** A packed tar, which is read as it comes, or one packed file. */
async function unpackStream(inside: Inside, chunks: AsyncGenerator<Buffer>, into: Unpacking): Promise<void> {
  const { head, all } = await peeked(chunks);
  if (packingOf(head) === "tar") return tarRead(all, readerOf(inside, into));
  const bare = (name: string): string => name.replace(/\.(gz|xz|bz2|zst)(\/?)$/, "$2");
  const inner = { path: bare(inside.path), prefix: bare(inside.prefix), depth: inside.depth + 1 };
  return unpack(inner, bufferSource(await readStream(inner.path, all, into.say)), into);
}

async function peeked(
  chunks: AsyncGenerator<Buffer>,
): Promise<{ readonly head: Buffer; readonly all: AsyncIterable<Buffer> }> {
  let head = Buffer.alloc(0);
  while (head.length < HEAD_BYTES) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head, all: joined(head, chunks) };
}

async function* joined(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* rest;
}

/** Reads the entries that are to be read of an archive, and opens those that are archives themselves. */
function readerOf({ path, prefix, depth }: Inside, into: Unpacking): ReadEntry {
  return async (entry, open) => {
    const name = entry.name.replace(/^(\.\/)+/, "");
    const inner = `${prefix}${name}`;
    into.budget.entry(path);
    if (leadsOut(name)) throw leadingOut(path, name, into.say);
    if (entry.kind === "directory") return false;
    if (isAside(`${path}/${name}`)) {
      into.passedOver++;
      return false;
    }
    const problem = problemOf(name, entry);
    if (problem !== null) {
      into.diagnostics.push(aboutFile(inner, problem));
      return false;
    }
    into.budget.keep(`${path}/${name}`, entry.size);
    const bytes = await readStream(name, await open(), into.say);
    if (packingOf(bytes) === null) into.files.set(inner, bytes);
    else await unpack({ path: `${path}/${name}`, prefix: `${inner}/`, depth: depth + 1 }, bufferSource(bytes), into);
    return true;
  };
}

// eslint-disable-next-line no-control-regex -- control characters are the very thing that is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;
const MAX_NAME = 4096;

/** Why an entry is left out; null: it may be read. */
function problemOf(name: string, { kind }: Entry): "file-name" | "file-not-regular" | null {
  if (CONTROL.test(name) || name.length > MAX_NAME) return "file-name";
  return kind === "other" ? "file-not-regular" : null;
}

/** Nobody who collects files makes such a name. */
function leadsOut(name: string): boolean {
  return name.startsWith("/") || name.split(/[/\\]/).includes("..");
}

function leadingOut(path: string, name: string, say: Speaker): HookwalkError {
  const message = say.commandLine("archive-leads-out", { path, name });
  return new HookwalkError("bad-archive", EXIT.input, message, say.commandLine("archive-leads-out-hint"));
}

function missing(path: string, { program }: MissingProgram, say: Speaker): HookwalkError {
  const message = say.commandLine("no-unpacker", { path, program });
  const hint = say.commandLine("no-unpacker-hint", { program, package: PACKAGES.get(program) ?? program });
  return new HookwalkError("environment", EXIT.environment, message, hint);
}

function broken(path: string, error: unknown, say: Speaker): HookwalkError {
  const why = error instanceof Error ? error.message : String(error);
  const message = say.commandLine("archive-broken", { path, why });
  return new HookwalkError("bad-archive", EXIT.input, message, say.commandLine("archive-broken-hint"));
}
