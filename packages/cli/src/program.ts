import { blankLine, speaker, textLine, word } from "@hookwalk/engine";
import type { Language, Line, Speaker } from "@hookwalk/engine";
import type { Context } from "./command-line/command.ts";
import { commandHelp, programHelp } from "./command-line/help.ts";
import { globalOptions } from "./command-line/option.ts";
import { parseCommandLine } from "./command-line/parse.ts";
import { peek, splitCommandLine } from "./command-line/split.ts";
import { nearest } from "./command-line/suggest.ts";
import { commandNames, loadAllCommands, loadCommand } from "./commands/registry.ts";
import { EXIT, HookwalkError, usageError } from "./errors.ts";
import type { ExitCode } from "./errors.ts";
import { createTerminal } from "./terminal/terminal.ts";
import type { Terminal } from "./terminal/terminal.ts";
import { versionLine } from "./version.ts";

const EXAMPLES = [
  "trace -f SNAPSHOT --iif eth0 --src 10.0.0.9 --dst 10.96.0.1:443 --proto tcp",
  "trace -f SNAPSHOT --local --src 10.0.0.2 --dst 8.8.8.8:53 --proto udp --flow",
  "show -f SNAPSHOT filter FORWARD",
];

async function run(argv: readonly string[], terminal: Terminal, say: Speaker): Promise<ExitCode> {
  const { name, rest } = splitCommandLine(argv);
  if (name === null) return withoutCommand(rest, terminal, say);
  const command = await loadCommand(name);
  if (command === null) {
    const like = nearest(name, commandNames);
    const hint = like === null ? commandNames.join(", ") : say.commandLine("did-you-mean", { name: like });
    throw usageError(say.commandLine("unknown-command", { name }), hint);
  }
  const { values, global, words } = parseCommandLine(command, rest, say);
  if (global.help) {
    terminal.out.print(commandHelp(command, say));
    return EXIT.ok;
  }
  const context: Context = {
    terminal,
    say,
    quiet: global.quiet,
    verbosity: global.verbose,
    stdin: process.stdin,
    allCommands: loadAllCommands,
  };
  return command.run(values, words, context);
}

/** `hookwalk`, `hookwalk --help`, `hookwalk --version`: nothing is ever read or waited for. */
async function withoutCommand(argv: readonly string[], terminal: Terminal, say: Speaker): Promise<ExitCode> {
  if (argv.includes("--version") || argv.includes("-V")) {
    terminal.out.write(versionLine());
    return EXIT.ok;
  }
  const program = { name: "", summary: "program", arguments: [], options: {}, examples: [] } as const;
  const { global } = parseCommandLine(program, argv, say);
  const asked = global.help;
  (asked ? terminal.out : terminal.err).print(programHelp(await loadAllCommands(), EXAMPLES, say));
  return asked ? EXIT.ok : EXIT.usage;
}

/** `--lang`, then HOOKWALK_LANG, then the locale, in the order in which libc asks for it. */
function languageOf(argv: readonly string[]): Language {
  const languages = globalOptions.lang.choices;
  const env = process.env;
  const locale = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find((value) => value !== undefined && value !== "");
  const wanted = peek(argv, "--lang", languages) ?? languages.find((language) => language === env["HOOKWALK_LANG"]);
  return wanted ?? (locale?.startsWith("zh") === true ? "zh" : "en");
}

function report(error: unknown, terminal: Terminal, say: Speaker): ExitCode {
  const lines: Line[] = [];
  const tell = (message: string, hint: string | null): void => {
    lines.push(textLine(0, word("hookwalk: ", "bad"), word(message)));
    if (hint !== null) lines.push(textLine(3, word(hint, "faint")));
  };
  if (error instanceof HookwalkError) {
    tell(error.message, error.hint);
    terminal.err.print(lines);
    return error.exitCode;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  tell(say.commandLine("bug", { message }), say.commandLine("bug-hint"));
  lines.push(blankLine);
  for (const line of (stack ?? "").split("\n")) lines.push(textLine(3, word(line, "faint")));
  terminal.err.print(lines);
  return EXIT.bug;
}

/** Runs one command line to its exit code; whatever goes wrong is said on standard error. */
export async function runCommandLine(argv: readonly string[]): Promise<ExitCode> {
  const say = speaker(languageOf(argv));
  const terminal = createTerminal(process, peek(argv, "--color", globalOptions.color.choices) ?? "auto", process.env);
  try {
    return await run(argv, terminal, say);
  } catch (error) {
    return report(error, terminal, say);
  }
}
