import type { Role } from "@hookwalk/engine";

export type ColourMode = "auto" | "always" | "never";

/**
 * Does this stream get colours? Asked for each stream by itself, so that `hookwalk … | less` loses them on standard
 * output and keeps them on standard error. `--color` wins over NO_COLOR (no-color.org), that over FORCE_COLOR, and
 * TERM=dumb over the stream's being a terminal.
 */
export function hasColour(
  mode: ColourMode,
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (mode !== "auto") return mode === "always";
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  return isTerminal && env["TERM"] !== "dumb";
}

/** Select Graphic Rendition codes: what starts a role, and what ends it. */
const SGR: Readonly<Record<Role, readonly [string, string] | null>> = {
  plain: null,
  strong: ["1", "22"],
  faint: ["2", "22"],
  good: ["32;1", "39;22"],
  bad: ["31;1", "39;22"],
  unsure: ["33;1", "39;22"],
  changed: ["36", "39"],
};

export function colourWord(text: string, role: Role): string {
  const codes = SGR[role];
  return codes === null || text === "" ? text : `\u001b[${codes[0]}m${text}\u001b[${codes[1]}m`;
}
