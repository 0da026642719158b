import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { isAside } from "@hookwalk/engine";
import type { Unpacking } from "./archive.ts";
import { unpack } from "./archive.ts";
import { fileSource } from "./source.ts";
import { aboutFile } from "./text.ts";

/**
 * Every regular file under a directory, by path in alphabetical order; archives among them are opened. Links are followed
 * only where they stay inside; what is no file (a FIFO, a device) is left alone, since reading it may never end.
 */
export async function readDirectory(root: string, into: Unpacking): Promise<void> {
  const inside = await realpath(root);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    const name = relative(root, path);
    into.budget.entry(root);
    if (isAside(`${basename(inside)}/${name}`)) {
      into.passedOver++;
      continue;
    }
    const why = await unreadable(path, `${inside}${sep}`);
    if (why !== null) {
      into.diagnostics.push(aboutFile(name, why));
      continue;
    }
    const { size } = await stat(path);
    await unpack({ path: name, prefix: `${name}/`, depth: 1 }, await fileSource(path, size), into);
  }
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
