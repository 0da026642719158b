import type { Document, Line, PlainCommandLineMessage, Speaker } from "@hookwalk/engine";
import { blankLine, textLine, word } from "@hookwalk/engine";
import type { Argument, CommandTable } from "./command.ts";
import type { CommandOption, OptionTable } from "./option.ts";
import { globalOptions, spelling } from "./option.ts";

/** What `hookwalk --help` says. */
export function programHelp(commands: readonly CommandTable[], examples: readonly string[], say: Speaker): Document {
  const entries = commands.map(({ name, summary }): Entry => [name, say.commandLine(summary)]);
  return [
    ...paragraph(say.commandLine("program")),
    ...paragraph(`${say.commandLine("usage")} hookwalk COMMAND [OPTIONS]`),
    ...examplesOf(examples, say),
    ...list("commands", entries, say),
    ...list("global-options", [...optionEntries(globalOptions, say), versionEntry(say)], say),
    ...paragraph(`${say.commandLine("exit-codes")} ${say.commandLine("exit-code-list")}`),
    textLine(0, word(say.commandLine("more-help"))),
  ];
}

/** What `hookwalk COMMAND --help` says: purpose, usage, examples first, then every option. */
export function commandHelp(command: CommandTable, say: Speaker): Document {
  const names = command.arguments.map(argumentText).join("");
  const own = Object.entries(command.options);
  const group = (wanted: CommandOption["group"]): OptionTable =>
    Object.fromEntries(own.filter(([, option]) => option.group === wanted));
  return [
    ...paragraph(`hookwalk ${command.name} — ${say.commandLine(command.summary)}`),
    ...paragraph(`${say.commandLine("usage")} hookwalk ${command.name}${names} [OPTIONS]`),
    ...command.arguments.flatMap(choicesOf),
    ...examplesOf(command.examples, say),
    ...list("packet-options", optionEntries(group("packet"), say), say),
    ...list("options", optionEntries(group(undefined), say), say),
    ...list("global-options", optionEntries(globalOptions, say), say),
    textLine(0, word(`${say.commandLine("exit-codes")} ${say.commandLine("exit-code-list")}`)),
  ];
}

function argumentText({ name, required, rest }: Argument): string {
  const text = rest === true ? `${name}...` : name;
  return required ? ` ${text}` : ` [${text}]`;
}

/** As the choices of an option are shown. */
function choicesOf({ name, choices }: Argument): readonly Line[] {
  return choices === undefined ? [] : paragraph(`${name}: ${choices.join("|")}`);
}

type Entry = readonly [name: string, text: string];

function optionEntries(options: OptionTable, say: Speaker): readonly Entry[] {
  return Object.entries(options).map(([key, option]) => [spelling(key, option), say.commandLine(option.help)]);
}

/** Of the program alone: a command has no version of its own. */
function versionEntry(say: Speaker): Entry {
  return ["-V, --version", say.commandLine("option-version")];
}

function paragraph(text: string): readonly Line[] {
  return [textLine(0, word(text)), blankLine];
}

function examplesOf(examples: readonly string[], say: Speaker): readonly Line[] {
  if (examples.length === 0) return [];
  const lines = examples.map((example) => textLine(2, word(`hookwalk ${example}`)));
  return [textLine(0, word(say.commandLine("examples"), "strong")), ...lines, blankLine];
}

/** Names in a column, what they mean beside them; a name too long for the column has its meaning on the next line. */
const NAME_COLUMN = 24;

function list(heading: PlainCommandLineMessage, entries: readonly Entry[], say: Speaker): readonly Line[] {
  if (entries.length === 0) return [];
  const lines = entries.flatMap(([name, text]): Line[] =>
    name.length <= NAME_COLUMN
      ? [textLine(2, word(name.padEnd(NAME_COLUMN + 2)), word(text, "faint"))]
      : [textLine(2, word(name)), textLine(NAME_COLUMN + 4, word(text, "faint"))],
  );
  return [textLine(0, word(say.commandLine(heading), "strong")), ...lines, blankLine];
}
