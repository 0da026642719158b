import { existsSync } from "node:fs";
import { basename, join } from "node:path";

/** A file of what `-f` named, by the path that was typed: that is what others find it by. */
export function typedPath(paths: readonly string[], name: string): string {
  const own = paths.find((path) => path === "-" || basename(path) === name);
  if (own !== undefined) return own;
  const within = paths.map((path) => join(path, name));
  return within.find((path) => existsSync(path)) ?? name;
}
