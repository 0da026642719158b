import type { PlainCommandLineMessage, Speaker } from "@hookwalk/engine";
import type { ExitCode } from "../errors.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { globalOptions, OptionTable, ValuesOf } from "./option.ts";

/** Everything that a command may touch beside its own options. */
export interface Context {
  readonly terminal: Terminal;
  readonly say: Speaker;
  readonly quiet: boolean;
  /** 0, 1 for `-v`, 2 for `-vv`. */
  readonly verbosity: number;
  readonly stdin: NodeJS.ReadStream;
  /** For what is made of all tables: completion. */
  readonly allCommands: () => Promise<readonly CommandTable[]>;
}

/** A word behind the command's name that is no option. */
export interface Argument {
  /** As help shows it: `TABLE`. */
  readonly name: string;
  readonly required: boolean;
  /** What a shell completes; nothing where absent. */
  readonly choices?: readonly string[];
  /** All words from here on belong to it, one at least where it is required. */
  readonly rest?: true;
  /** What a shell completes beside; anything may be given. */
  readonly suggests?: readonly string[];
  /** A file: the shell completes its path. */
  readonly file?: true;
}

/** What is public about a command: help and completion are made of it. */
export interface CommandTable<O extends OptionTable = OptionTable> {
  readonly name: string;
  readonly summary: PlainCommandLineMessage;
  readonly arguments: readonly Argument[];
  readonly options: O;
  /** Whole command lines without the program's name, most useful first. */
  readonly examples: readonly string[];
}

export interface CommandDefinition<O extends OptionTable> extends CommandTable<O> {
  run(values: ValuesOf<O>, words: readonly string[], context: Context): ExitCode | Promise<ExitCode>;
}

/** A command whose option types were checked where it was defined. */
export interface Command extends CommandTable {
  run(values: ValuesOf<OptionTable>, words: readonly string[], context: Context): ExitCode | Promise<ExitCode>;
}

/** The one way to make a command: ties the types of `run` to the table. */
export function defineCommand<const O extends OptionTable>(definition: CommandDefinition<O>): Command {
  return {
    ...definition,
    // The parser makes the values from this very table, which is why they have its types.
    run: (values, words, context) => definition.run(values as ValuesOf<O>, words, context),
  };
}

export type GlobalValues = ValuesOf<typeof globalOptions>;
