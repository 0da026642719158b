import { globalOptions, longName } from "./option.ts";

/** What stands in front of a command's name, the name, and what stands behind it. */
export interface SplitCommandLine {
  readonly name: string | null;
  /** Of the command, the options that stood in front of its name included. */
  readonly rest: readonly string[];
}

const TAKES_VALUE: ReadonlySet<string> = new Set(
  Object.entries(globalOptions).flatMap(([key, option]) => (option.kind === "choice" ? [longName(key)] : [])),
);

/** Finds the command: the first word that is neither an option nor the value of a global one. */
export function splitCommandLine(argv: readonly string[]): SplitCommandLine {
  let at = 0;
  while (at < argv.length && argv[at]?.startsWith("-") === true) at += TAKES_VALUE.has(argv[at] ?? "") ? 2 : 1;
  const name = argv[at] ?? null;
  return { name, rest: [...argv.slice(0, at), ...argv.slice(at + 1)] };
}

/** The value of a global option before the command line is really read: messages about it need language and colour. */
export function peek<const T extends string>(argv: readonly string[], name: string, choices: readonly T[]): T | null {
  const at = argv.findIndex((word) => word === name || word.startsWith(`${name}=`));
  const word = argv[at];
  if (word === undefined) return null;
  const value = word === name ? argv[at + 1] : word.slice(name.length + 1);
  return choices.find((choice) => choice === value) ?? null;
}
