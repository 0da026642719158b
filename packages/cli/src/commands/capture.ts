import { randomBytes } from "node:crypto";
import { unlink } from "node:fs/promises";
import { hostname, release } from "node:os";
import { textLine, word } from "@hookwalk/engine";
import { capture as captureNode } from "../collect/capture.ts";
import { archiveOf, checkFree, isArchiveName, store } from "../collect/store.ts";
import { defineCommand } from "../command-line/command.ts";
import type { Command, Context } from "../command-line/command.ts";
import { EXIT, HookwalkError, usageError } from "../errors.ts";
import { commandRunner } from "../process/command-runner.ts";
import { newRedaction } from "../redact/redact.ts";
import { stepProgress } from "../terminal/progress.ts";
import { programVersion } from "../version.ts";

export const capture: Command = defineCommand({
  name: "capture",
  summary: "capture",
  arguments: [],
  options: {
    output: { kind: "value", short: "o", placeholder: "DIR|FILE.tar.gz", file: true, help: "option-capture-output" },
    netns: { kind: "value", placeholder: "NAME", help: "option-netns" },
    redact: { kind: "flag", help: "option-redact" },
  },
  examples: ["capture", "capture -o node-1", "capture --redact -o node-1.tar.gz", "capture -o - > node-1.tar.gz"],
  async run(values, _words, context) {
    const { terminal, say } = context;
    const time = new Date();
    const path = values.output ?? `hookwalk-capture-${compact(time)}.tar.gz`;
    if (path === "-" && terminal.out.isTerminal) throw usageError(say.commandLine("capture-terminal"));
    if (/\.(?:tar|zip|xz)$/.test(path)) throw usageError(say.commandLine("capture-form", { path }));
    if (path !== "-") await checkFree(path, say);
    try {
      const files = await filesOf(values, time, context);
      if (path === "-") {
        terminal.out.writeBytes(await archiveOf(`hookwalk-capture-${compact(time)}`, files, time));
        return EXIT.ok;
      }
      await store(path, files, time, say);
    } catch (error) {
      // Only what this run made: `checkFree` refuses a file that was there before.
      if (isArchiveName(path)) await unlink(path);
      throw error;
    }
    terminal.out.write(`${path}\n`);
    return EXIT.ok;
  },
});

/** `20261126T112500Z`, which stands in every file name. */
function compact(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, "");
}

interface Wanted {
  readonly netns: string | undefined;
  readonly redact: boolean;
}

/** The files of the snapshot; what is missing is said. Throws where there is nothing at all. */
async function filesOf(wanted: Wanted, time: Date, context: Context): Promise<ReadonlyMap<string, Buffer>> {
  const { terminal, say, quiet } = context;
  const progress = stepProgress(terminal.err);
  const captured = await captureNode(commandRunner, {
    netns: wanted.netns ?? null,
    onStep: (done, total, file) => {
      if (!quiet) progress.step(`[${String(done + 1)}/${String(total)}] ${file}`);
    },
  }).finally(() => {
    progress.end();
  });
  const { files, missing, tools } = captured;
  if ([...files.values()].every((text) => text === "")) {
    const why = [...missing.values()][0] ?? "";
    const message = say.commandLine("nothing-captured", { why });
    throw new HookwalkError("environment", EXIT.environment, message, say.commandLine("nothing-captured-hint"));
  }
  if (!quiet) for (const [file, why] of missing) warn(say.commandLine("not-captured", { file, why }), context);
  const told = wanted.redact
    ? newRedaction(files.values(), hostname(), randomBytes(32))
    : { text: (text: string) => text, host: hostname() };
  const manifest = {
    host: told.host,
    time: time.toISOString(),
    kernel: release(),
    tools: { hookwalk: programVersion, ...tools },
    missing: Object.fromEntries([...missing].map(([file, why]) => [file, told.text(why)])),
    redacted: wanted.redact,
  };
  return new Map<string, Buffer>([
    ...[...files].map(([name, text]): [string, Buffer] => [name, Buffer.from(told.text(text), "latin1")]),
    ["manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)],
  ]);
}

function warn(message: string, { terminal }: Context): void {
  terminal.err.print([textLine(0, word("hookwalk: ", "unsure"), word(message))]);
}
