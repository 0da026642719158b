import type { Speaker } from "@hookwalk/engine";
import { EXIT, HookwalkError } from "../errors.ts";

/** A file of an input before anybody looked at its encoding. */
export interface FileBytes {
  readonly path: string;
  readonly bytes: Buffer;
}

const MEGABYTE = 1 << 20;
/** A dump of a million rules has some 150 MB. */
export const MAX_FILE_BYTES: number = 256 * MEGABYTE;
/** Of one input, unpacked. */
export const MAX_TOTAL_BYTES: number = 512 * MEGABYTE;
const MAX_FILES = 20_000;

/** Throws where an input is larger than anything real. */
export function checkSize(path: string, size: number, limit: number, say: Speaker): void {
  if (size <= limit) return;
  const message = say.commandLine("too-large", { path, limit: limit / MEGABYTE });
  throw new HookwalkError("too-large", EXIT.input, message, say.commandLine("too-large-hint"));
}

export function checkCount(path: string, count: number, say: Speaker): void {
  if (count <= MAX_FILES) return;
  const message = say.commandLine("too-many-files", { path, limit: MAX_FILES });
  throw new HookwalkError("too-large", EXIT.input, message, say.commandLine("too-large-hint"));
}
