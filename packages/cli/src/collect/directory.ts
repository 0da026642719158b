import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Diagnostic, Speaker } from "@hookwalk/engine";
import type { FileBytes } from "./limits.ts";
import { checkCount, checkSize, MAX_FILE_BYTES, MAX_TOTAL_BYTES } from "./limits.ts";
import { aboutFile } from "./text.ts";

/**
 * Every regular file under a directory, by path in alphabetical order. Links are followed only where they stay inside;
 * what is no file (a FIFO, a device) is left alone, since reading it may never end.
 */
export async function readDirectory(
  root: string,
  say: Speaker,
): Promise<{ readonly files: readonly FileBytes[]; readonly diagnostics: readonly Diagnostic[] }> {
  const inside = `${await realpath(root)}${sep}`;
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  checkCount(root, paths.length, say);
  const files: FileBytes[] = [];
  const diagnostics: Diagnostic[] = [];
  let total = 0;
  for (const path of paths.sort()) {
    const name = relative(root, path);
    const why = await unreadable(path, inside);
    if (why !== null) {
      diagnostics.push(aboutFile(name, why));
      continue;
    }
    const { size } = await stat(path);
    checkSize(path, size, MAX_FILE_BYTES, say);
    total += size;
    checkSize(root, total, MAX_TOTAL_BYTES, say);
    files.push({ path: name, bytes: await readFile(path) });
  }
  return { files, diagnostics };
}

/** Why a file is not to be opened; null: it may be. */
async function unreadable(path: string, inside: string): Promise<"file-outside" | "file-not-regular" | null> {
  try {
    if (!(await realpath(path)).startsWith(inside)) return "file-outside";
    return (await stat(path)).isFile() ? null : "file-not-regular";
  } catch {
    // A link that leads nowhere.
    return "file-not-regular";
  }
}
