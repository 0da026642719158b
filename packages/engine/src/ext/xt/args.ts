import type { Args } from "../../model/ruleset.ts";
import type { Option, Options } from "./codec.ts";
import type { Extension } from "./define.ts";

/** An option with the name under which `Args` holds its value. */
export interface NamedOption {
  readonly name: string;
  readonly option: Option<unknown>;
}

/** An option table made ready: built once per extension, when it is first met. */
interface Prepared {
  readonly bySpelling: ReadonlyMap<string, NamedOption>;
  readonly printed: readonly PrintedOption[];
  readonly taken: readonly PrintedOption[];
}

interface PrintedOption extends NamedOption {
  /** ` --dport`, ` ! --dport`; with the blank before a value where there is one. */
  readonly plain: string;
  readonly negated: string;
}

const preparedTables = new WeakMap<Options, Prepared>();

function prepare(options: Options): Prepared {
  const known = preparedTables.get(options);
  if (known !== undefined) return known;
  const bySpelling = new Map<string, NamedOption>();
  const printed: PrintedOption[] = [];
  const taken: PrintedOption[] = [];
  for (const [name, option] of Object.entries(options)) {
    printed.push(printedOption(name, option, name));
    taken.push(printedOption(name, option, option.taken ?? name));
    for (const spelling of [name, ...option.aliases]) bySpelling.set(spelling, { name, option });
  }
  const prepared = { bySpelling, printed, taken };
  preparedTables.set(options, prepared);
  return prepared;
}

function printedOption(name: string, option: Option<unknown>, spelling: string): PrintedOption {
  const word = option.codec.words === 0 ? `--${spelling}` : `--${spelling} `;
  return { name, option, plain: ` ${word}`, negated: ` ! ${word}` };
}

/**
 * The option that a word without its dashes names: by name, by alias, or by the beginning of exactly one of them, as getopt
 * allows; null when there is none.
 */
export function findOption(extension: Extension, word: string): NamedOption | null {
  const { bySpelling } = prepare(extension.options);
  const exact = bySpelling.get(word);
  if (exact !== undefined) return exact;
  let found: NamedOption | null = null;
  for (const [spelling, named] of bySpelling) {
    if (word === "" || !spelling.startsWith(word)) continue;
    if (found !== null && found.name !== named.name) return null;
    found = named;
  }
  return found;
}

/** `taken`: as iptables-restore takes it, where iptables-save prints an option by a name that its own parser does not know. */
export type Spelling = "printed" | "taken";

/** Normalised arguments as iptables-save prints them, a blank before each: ` ! --dport 80`. Empty where there are none. */
export function printArgs(extension: Extension, args: Args, spelling: Spelling = "printed"): string {
  return printOptions(extension.options, args, spelling);
}

/** The same, for an extension's own file, which has the table but not yet the extension. */
export function printOptions(options: Options, args: Args, spelling: Spelling = "printed"): string {
  let text = "";
  for (const { name, option, plain, negated } of prepare(options)[spelling]) {
    const arg = args[name];
    if (arg !== undefined) text += (arg.negated ? negated : plain) + option.codec.print(arg.value);
  }
  return text;
}
