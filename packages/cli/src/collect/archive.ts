import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { unpackTar } from "modern-tar";
import { fromBufferPromise } from "yauzl";
import type { Entry, ZipFile } from "yauzl";
import type { Diagnostic, Speaker } from "@hookwalk/engine";
import { EXIT, HookwalkError } from "../errors.ts";
import { packingOf } from "./archive-kind.ts";
import type { FileBytes } from "./limits.ts";
import { checkCount, checkSize, MAX_FILE_BYTES, MAX_TOTAL_BYTES } from "./limits.ts";
import { readStream } from "./stream.ts";
import { aboutFile } from "./text.ts";

interface Unpacked {
  readonly files: readonly FileBytes[];
  readonly diagnostics: readonly Diagnostic[];
}

const unzip = promisify(gunzip);

/**
 * The files of an archive, in memory. Links, devices and entries that point out of the archive are left out with a
 * diagnostic; sizes are bounded before anything is unpacked, whatever the archive says about itself.
 */
export async function readArchive(path: string, bytes: Buffer, say: Speaker): Promise<Unpacked> {
  try {
    switch (packingOf(bytes)) {
      case "gzip":
        return await readGzip(path, bytes, say);
      case "zip":
        return await readZip(path, bytes, say);
      case "tar":
        return await readTar(path, bytes, say);
      case null:
        return { files: [{ path, bytes }], diagnostics: [] };
    }
  } catch (error) {
    if (error instanceof HookwalkError) throw error;
    throw broken(path, error, say);
  }
}

/** A packed tar, or one packed file. */
async function readGzip(path: string, bytes: Buffer, say: Speaker): Promise<Unpacked> {
  try {
    const inner = await unzip(bytes, { maxOutputLength: MAX_TOTAL_BYTES });
    if (packingOf(inner) === "tar") return await readTar(path, inner, say);
    checkSize(path, inner.length, MAX_FILE_BYTES, say);
    return { files: [{ path: path.replace(/\.gz$/, ""), bytes: inner }], diagnostics: [] };
  } catch (error) {
    if (error instanceof RangeError) checkSize(path, Infinity, MAX_TOTAL_BYTES, say);
    throw error;
  }
}

async function readTar(path: string, bytes: Buffer, say: Speaker): Promise<Unpacked> {
  const files: FileBytes[] = [];
  const diagnostics: Diagnostic[] = [];
  let entries = 0;
  const unpacked = await unpackTar(bytes, {
    strict: true,
    filter: ({ name, type, size }) => {
      checkCount(path, ++entries, say);
      if (type === "directory") return false;
      const problem = problemOf(name, type === undefined || type === "file");
      if (problem !== null) diagnostics.push(problem);
      else checkSize(`${path}/${name}`, size, MAX_FILE_BYTES, say);
      return problem === null;
    },
  });
  for (const { header, data } of unpacked) {
    files.push({ path: normalised(header.name), bytes: Buffer.from(data ?? []) });
  }
  return { files, diagnostics };
}

async function readZip(path: string, bytes: Buffer, say: Speaker): Promise<Unpacked> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true, validateEntrySizes: true });
  checkCount(path, zip.entryCount, say);
  const files: FileBytes[] = [];
  const diagnostics: Diagnostic[] = [];
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith("/")) continue;
    const problem = problemOf(entry.fileName, isRegular(entry));
    if (problem !== null) {
      diagnostics.push(problem);
      continue;
    }
    checkSize(`${path}/${entry.fileName}`, entry.uncompressedSize, MAX_FILE_BYTES, say);
    total += entry.uncompressedSize;
    checkSize(path, total, MAX_TOTAL_BYTES, say);
    files.push({ path: normalised(entry.fileName), bytes: await unpackEntry(zip, entry, say) });
  }
  return { files, diagnostics };
}

async function unpackEntry(zip: ZipFile, entry: Entry, say: Speaker): Promise<Buffer> {
  return readStream(entry.fileName, await zip.openReadStreamPromise(entry), say);
}

/** The file type stands in the upper half where a Unix system packed it; others have none. */
function isRegular(entry: Entry): boolean {
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  return type === 0 || type === 0o100000;
}

/** Why an entry is left out; null: it may be read. */
function problemOf(name: string, isFile: boolean): Diagnostic | null {
  if (!isFile) return aboutFile(name, "file-not-regular");
  const isOutside = name.startsWith("/") || name.split(/[/\\]/).includes("..");
  return isOutside ? aboutFile(name, "file-outside") : null;
}

/** `./node/iptables-save.txt` → `node/iptables-save.txt`. */
function normalised(name: string): string {
  return name.replace(/^(\.\/)+/, "");
}

function broken(path: string, error: unknown, say: Speaker): HookwalkError {
  const why = error instanceof Error ? error.message : String(error);
  const message = say.commandLine("archive-broken", { path, why });
  return new HookwalkError("bad-archive", EXIT.input, message, say.commandLine("archive-broken-hint"));
}
