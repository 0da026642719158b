import type { PlainCommandLineMessage } from "@hookwalk/engine";

/**
 * The options of one command as a table, from which parsing, help and completion all follow. Keys are in camelCase, as
 * in a packet file; the command line spells them in kebab-case.
 */
export type OptionTable = Readonly<Record<string, CommandOption>>;

export type CommandOption = Flag | Count | Value | Values | Choice<string>;

interface Described {
  readonly help: PlainCommandLineMessage;
  /** One letter or digit, without dash. */
  readonly short?: string;
  /** Listed in help under a heading of its own. */
  readonly group?: "packet" | "global";
}

export interface Flag extends Described {
  readonly kind: "flag";
}

/** May be given several times, `-vv`. */
export interface Count extends Described {
  readonly kind: "count";
}

export interface Value extends Described {
  readonly kind: "value";
  /** `FILE`, `DEV` … */
  readonly placeholder: string;
  /** A shell completes file names here. */
  readonly file?: boolean;
}

/** A value that may be given several times. */
export interface Values extends Described {
  readonly kind: "values";
  readonly placeholder: string;
  readonly file?: boolean;
}

export interface Choice<T extends string> extends Described {
  readonly kind: "choice";
  readonly choices: readonly T[];
  /** As help shows it; the choices themselves where absent. */
  readonly placeholder?: string;
}

export type ValueOf<O extends CommandOption> = O extends Flag
  ? boolean
  : O extends Count
    ? number
    : O extends Values
      ? readonly string[]
      : O extends Choice<infer T>
        ? T | undefined
        : string | undefined;

/** What was given, by the same keys. */
export type ValuesOf<O extends OptionTable> = { readonly [K in keyof O]: ValueOf<O[K]> };

/** `icmpType` → `--icmp-type`. */
export function longName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `-f, --file SNAPSHOT`, as help shows it. */
export function spelling(key: string, option: CommandOption): string {
  const names = option.short === undefined ? longName(key) : `-${option.short}, ${longName(key)}`;
  const argument = argumentOf(option);
  return argument === null ? names : `${names} ${argument}`;
}

/** What stands behind the name; null for a flag. */
function argumentOf(option: CommandOption): string | null {
  switch (option.kind) {
    case "flag":
    case "count":
      return null;
    case "value":
    case "values":
      return option.placeholder;
    case "choice":
      return option.placeholder ?? option.choices.join("|");
  }
}

/** Accepted by every command, before its name or behind it. */
export const globalOptions = {
  lang: { kind: "choice", choices: ["en", "zh"], help: "option-lang", group: "global" },
  color: { kind: "choice", choices: ["auto", "always", "never"], help: "option-color", group: "global" },
  quiet: { kind: "flag", short: "q", help: "option-quiet", group: "global" },
  verbose: { kind: "count", short: "v", help: "option-verbose", group: "global" },
  help: { kind: "flag", short: "h", help: "option-help", group: "global" },
} as const;
