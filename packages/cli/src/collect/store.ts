import { mkdir, open, readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Speaker } from "@hookwalk/engine";
import { EXIT, HookwalkError } from "../errors.ts";

/** A snapshot is for its owner's eyes until the owner says otherwise. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** Whether a path names an archive, by its end. */
export function isArchiveName(path: string): boolean {
  return /\.(?:tar\.gz|tgz)$/.test(path);
}

/** Finds out whether something could be stored there, before a node is asked. Throws a HookwalkError where it could not. */
export async function checkFree(path: string, say: Speaker): Promise<void> {
  try {
    if (isArchiveName(path)) await (await open(path, "wx", FILE_MODE)).close();
    else await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  } catch (error) {
    throw cannotStore(path, error, say);
  }
  if (!isArchiveName(path) && (await readdir(path)).length > 0) {
    const hint = say.commandLine("not-empty-hint");
    throw new HookwalkError("cannot-write", EXIT.environment, say.commandLine("not-empty", { path }), hint);
  }
}

/** Writes the files of a snapshot where `checkFree` has been. */
export async function store(path: string, files: ReadonlyMap<string, Buffer>, time: Date, say: Speaker): Promise<void> {
  try {
    if (isArchiveName(path)) {
      const top = basename(path).replace(/\.(?:tar\.gz|tgz)$/, "");
      await writeFile(path, await archiveOf(top, files, time));
      return;
    }
    for (const [name, bytes] of files) await writeFile(join(path, name), bytes, { flag: "wx", mode: FILE_MODE });
  } catch (error) {
    throw cannotStore(path, error, say);
  }
}

/** A packed tar of one directory. */
export async function archiveOf(top: string, files: ReadonlyMap<string, Buffer>, mtime: Date): Promise<Buffer> {
  const { packTar } = await import("modern-tar");
  const entries = [...files].map(([name, body]) => ({
    header: { name: `${top}/${name}`, size: body.length, type: "file" as const, mode: FILE_MODE, mtime },
    body,
  }));
  return gzipSync(await packTar(entries));
}

function cannotStore(path: string, error: unknown, say: Speaker): HookwalkError {
  const why = error instanceof Error ? error.message.replace(/, \w+ '.*'$/, "") : String(error);
  const hint = say.commandLine("cannot-write-hint");
  return new HookwalkError("cannot-write", EXIT.environment, say.commandLine("cannot-write", { path, why }), hint);
}
