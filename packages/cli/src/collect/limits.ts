import type { Speaker } from "@hookwalk/engine";
import { EXIT, HookwalkError } from "../errors.ts";

const MEGABYTE = 1 << 20;
/** Of one file. A dump of a million rules has some 150 MB. */
export const MAX_FILE_BYTES: number = 256 * MEGABYTE;
/** Of what is kept of one input, unpacked. */
const MAX_TOTAL_BYTES: number = 512 * MEGABYTE;
/** Of what is kept of one input. */
const MAX_FILES = 20_000;
/** Of an archive, what is passed over included. A large sos report has some 100 000. */
const MAX_ENTRIES = 1_000_000;
/** What is unpacked may be so many times larger than what it was packed in: dumps come to some 50, logs to some 100. */
const MAX_RATIO = 250;
/** Below this nobody asks for the ratio: a sparse little archive is no harm. */
const FREE_BYTES: number = 32 * MEGABYTE;
/** Archives inside of archives: a sysdump (zip) of bugtools (tar in gzip), packed once more. */
const MAX_DEPTH = 3;

/** Throws where an input is larger than anything real. */
export function checkSize(path: string, size: number, limit: number, say: Speaker): void {
  if (size <= limit) return;
  const message = say.commandLine("too-large", { path, limit: limit / MEGABYTE });
  throw new HookwalkError("too-large", EXIT.input, message, say.commandLine("too-large-hint"));
}

/** What one input may cost. Each method throws where it is more than anything real costs. */
export interface Budget {
  /** One more entry of an archive, kept or not. */
  entry(path: string): void;
  /** One more file is kept. */
  keep(path: string, size: number): void;
  /** So much was unpacked so far out of so many packed bytes. */
  unpacked(path: string, size: number, packedSize: number): void;
  /** An archive at this depth, the outermost being 1. */
  depth(path: string, depth: number): void;
}

/** Sums over everything inside of one input, archives in archives included. */
export function newBudget(root: string, say: Speaker): Budget {
  let entries = 0;
  let files = 0;
  let total = 0;
  return {
    entry: () => {
      checkCount(root, ++entries, MAX_ENTRIES, say);
    },
    keep(path, size) {
      checkCount(root, ++files, MAX_FILES, say);
      checkSize(path, size, MAX_FILE_BYTES, say);
      total += size;
      checkSize(root, total, MAX_TOTAL_BYTES, say);
    },
    unpacked(path, size, packedSize) {
      if (size <= FREE_BYTES || size <= MAX_RATIO * packedSize) return;
      const message = say.commandLine("archive-bomb", { path, ratio: MAX_RATIO });
      throw new HookwalkError("too-large", EXIT.input, message, say.commandLine("archive-bomb-hint"));
    },
    depth(path, depth) {
      if (depth <= MAX_DEPTH) return;
      const message = say.commandLine("archive-too-deep", { path, limit: MAX_DEPTH });
      throw new HookwalkError("bad-archive", EXIT.input, message, say.commandLine("archive-too-deep-hint"));
    },
  };
}

function checkCount(path: string, count: number, limit: number, say: Speaker): void {
  if (count <= limit) return;
  const message = say.commandLine("too-many-files", { path, limit });
  throw new HookwalkError("too-large", EXIT.input, message, say.commandLine("too-large-hint"));
}
