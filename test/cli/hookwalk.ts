import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));
const BINARY = join(ROOT, "packages/cli/bin/hookwalk.js");

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the built program from the root of the clone, in English and without any colour of the environment's. */
export function hookwalk(argv: readonly string[], { stdin = "", env = {} }: RunOptions = {}): Run {
  const { stdout, stderr, status, error } = spawnSync(process.execPath, [BINARY, ...argv], {
    cwd: ROOT,
    input: stdin,
    env: { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", ...env },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (error !== undefined) throw error;
  return { stdout, stderr, exitCode: status ?? -1 };
}

/** The same as a page of a manual: the command, what it prints, what it says beside, how it ends. */
export function session(argv: readonly string[], options: RunOptions = {}): string {
  const { stdout, stderr, exitCode } = hookwalk(argv, options);
  const words = argv.map((word) => (/^[-\w./:,=[\]]+$/.test(word) ? word : `'${word}'`)).join(" ");
  const parts = [`$ hookwalk ${words}\n`, stdout];
  if (stderr !== "") parts.push(`[standard error]\n${stderr}`);
  if (exitCode !== 0) parts.push(`[exit ${String(exitCode)}]\n`);
  return parts.join("");
}

/** Files in a room of their own, taken away afterwards. */
export function withFiles<T>(files: Readonly<Record<string, string | Uint8Array>>, use: (room: string) => T): T {
  const room = mkdtempSync(join(tmpdir(), "hookwalk-cli-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(room, name), content);
    return use(room);
  } finally {
    rmSync(room, { recursive: true });
  }
}

/** Runs a line as a person types it. */
export type Shell = (line: string) => Run;

/** A shell in a room of its own, where `hookwalk`, or `npx hookwalk`, is the built program, and `test` the folder of this clone. */
export function withShell<T>(use: (shell: Shell, room: string) => T): T {
  return withFiles({}, (room) => {
    symlinkSync(join(ROOT, "test"), join(room, "test"));
    const bin = join(room, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "hookwalk"), `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`);
    writeFileSync(join(bin, "npx"), '#!/bin/sh\nexec "$@"\n');
    for (const name of ["hookwalk", "npx"]) chmodSync(join(bin, name), 0o755);
    const env = { PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`, LANG: "C.UTF-8" };
    return use((line) => {
      const { stdout, stderr, status, error } = spawnSync("sh", ["-c", line], {
        cwd: room,
        env,
        encoding: "utf8",
        maxBuffer: 1 << 28,
      });
      if (error !== undefined) throw error;
      return { stdout, stderr, exitCode: status ?? -1 };
    }, room);
  });
}
