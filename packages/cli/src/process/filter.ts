import { spawn } from "node:child_process";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";

/** A program that is not there. */
export class MissingProgram extends Error {
  override readonly name = "MissingProgram";
  readonly program: string;

  constructor(program: string) {
    super(`${program} is not installed`);
    this.program = program;
  }
}

/** Of what the program says on standard error this much is kept. */
const SAID = 2000;

/**
 * Streams bytes through a program that reads standard input and writes standard output, never a shell. Ends the program
 * when nobody reads on. Throws MissingProgram, or an Error with what the program said where it failed.
 */
export async function* filtered(
  argv: readonly [string, ...string[]],
  input: NodeJS.ReadableStream,
): AsyncGenerator<Buffer> {
  const [program, ...args] = argv;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C" } });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said = (said + chunk).slice(0, SAID);
  });
  const ended = once(child, "close");
  // A program that refuses its input stops reading; how it ended says why.
  const fed = pipeline(input, child.stdin).catch(() => undefined);
  // Awaited below; until then nobody would hear that the program is missing.
  ended.catch(() => undefined);
  try {
    for await (const chunk of child.stdout) yield Buffer.from(chunk);
    await fed;
    await ended.catch((error: unknown) => {
      throw isMissing(error) ? new MissingProgram(program) : error;
    });
    if (child.exitCode !== 0) throw new Error(said.trim() === "" ? `${program} failed` : said.trim());
  } finally {
    child.kill();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
