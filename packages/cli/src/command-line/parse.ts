import { Command as Commander, CommanderError, Option as CommanderOption } from "commander";
import type { Speaker } from "@hookwalk/engine";
import { usageError } from "../errors.ts";
import type { HookwalkError } from "../errors.ts";
import type { CommandTable, GlobalValues } from "./command.ts";
import { globalOptions, longName } from "./option.ts";
import type { CommandOption, OptionTable, ValuesOf } from "./option.ts";
import { nearest, similar } from "./suggest.ts";

export interface ParsedCommandLine {
  readonly values: ValuesOf<OptionTable>;
  readonly global: GlobalValues;
  /** The arguments, in order. */
  readonly words: readonly string[];
}

/** Reads the words behind a command's name. Throws a usage error. */
export function parseCommandLine(command: CommandTable, argv: readonly string[], say: Speaker): ParsedCommandLine {
  const table: OptionTable = { ...command.options, ...globalOptions };
  const commander = new Commander(command.name)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption(false)
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .argument("[words...]");
  for (const [key, option] of Object.entries(table)) commander.addOption(commanderOption(key, option));
  try {
    commander.parse(argv, { from: "user" });
  } catch (error) {
    throw error instanceof CommanderError ? translated(error, command, table, argv, say) : error;
  }
  const given = commander.opts<Readonly<Record<string, unknown>>>();
  const read = (key: string, option: CommandOption): unknown => readValue(key, option, given[key], say);
  const values = Object.fromEntries(Object.entries(table).map(([key, option]) => [key, read(key, option)]));
  if (values["help"] !== true) checkWords(command, commander.args, say);
  // Both views are of values that `readValue` made by the kind that the table gives.
  return { values: values as ValuesOf<OptionTable>, global: values as GlobalValues, words: commander.args };
}

/** Where to read on; the program itself has no name. */
export function helpHint(command: string, say: Speaker): string {
  return say.commandLine("hint-help", { command: `hookwalk ${command}`.trimEnd() });
}

function commanderOption(key: string, option: CommandOption): CommanderOption {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  const takesValue = option.kind !== "flag" && option.kind !== "count";
  const made = new CommanderOption(`${short}${longName(key)}${takesValue ? " <value>" : ""}`);
  if (option.kind === "count") made.default(0).argParser((_: string, before: number) => before + 1);
  if (option.kind === "values")
    made.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  return made;
}

function readValue(key: string, option: CommandOption, given: unknown, say: Speaker): unknown {
  switch (option.kind) {
    case "flag":
      return given === true;
    case "count":
      return typeof given === "number" ? given : 0;
    case "values":
      return given ?? [];
    case "value":
      return given;
    case "choice": {
      if (given === undefined || option.choices.some((choice) => choice === given)) return given;
      throw badChoice(longName(key), option.choices, typeof given === "string" ? given : "", say);
    }
  }
}

/** So many choices can be read at once. */
const FEW = 12;

function badChoice(name: string, choices: readonly string[], value: string, say: Speaker): HookwalkError {
  const listed = choices.join(", ");
  if (choices.length <= FEW) return usageError(say.commandLine("bad-choice", { name, choices: listed, value }));
  const like = similar(value, choices);
  return usageError(
    say.commandLine("no-such-choice", { name, value }),
    like.length > 0
      ? say.commandLine("did-you-mean", { name: like.join(", ") })
      : say.commandLine("there-is", { names: listed }),
  );
}

function checkWords(command: CommandTable, words: readonly string[], say: Speaker): void {
  const missing = command.arguments.find((argument, index) => argument.required && words[index] === undefined);
  const hint = helpHint(command.name, say);
  if (missing !== undefined) throw usageError(say.commandLine("missing-argument", { name: missing.name }), hint);
  const extra = words[command.arguments.length];
  if (extra !== undefined && command.arguments.at(-1)?.rest !== true)
    throw usageError(say.commandLine("too-many-arguments", { value: extra }), hint);
  for (const [index, { name, choices }] of command.arguments.entries()) {
    const word = words[index];
    if (word === undefined || choices === undefined || choices.includes(word)) continue;
    throw usageError(say.commandLine("bad-choice", { name, choices: choices.join(", "), value: word }), hint);
  }
}

/** Commander's errors carry the option only inside an English sentence: the option is looked up again in the words. */
function translated(
  error: CommanderError,
  command: CommandTable,
  table: OptionTable,
  argv: readonly string[],
  say: Speaker,
): HookwalkError {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  const hint = helpHint(command.name, say);
  if (error.code === "commander.unknownOption") {
    const name = argv.find((word) => word === quoted || word.startsWith(`${quoted}=`)) ?? quoted;
    const like = nearest(name.split("=")[0] ?? name, Object.keys(table).map(longName));
    const suggestion = like === null ? hint : `${say.commandLine("did-you-mean", { name: like })} ${hint}`;
    return usageError(say.commandLine("unknown-option", { name }), suggestion);
  }
  if (error.code === "commander.optionMissingArgument") {
    const name = /--[a-z0-9-]+/.exec(quoted)?.[0] ?? quoted;
    return usageError(say.commandLine("missing-value", { name }), hint);
  }
  return usageError(error.message, hint);
}
