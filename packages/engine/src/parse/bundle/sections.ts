import type { Hints } from "./formats.ts";
import { hintsOfCommand } from "./formats.ts";

/** A stretch of a file that one command printed. */
export interface Section {
  readonly text: string;
  /** Line of the file that it starts at. */
  readonly firstLine: number;
  /** Null: what stands below a command whose output is not read. */
  readonly hints: Hints | null;
}

/** `$ ip rule`, `root@node:~# ip rule`, `[root@node ~]# ip rule`, `# ip rule`. */
const PROMPT = /^\s*(?:\[[^\]]{1,80}\][#$]|[^\s"'|]{0,80}[#$])\s+(?:sudo\s+)?(\S.*)$/;

const MAX_COMMAND = 400;

/** What every prompt ends with; looked for first, since a dump of many megabytes has none. */
const PROMPT_END = /[#$][ \t]/g;

interface Prompt {
  /** Of its line. */
  readonly start: number;
  readonly end: number;
  readonly hints: Hints | null;
}

/** The command on the line around a place; null: that line is no prompt, or a longer one than commands are. */
function promptAt(text: string, place: number): Prompt | null {
  const before = text.slice(Math.max(0, place - MAX_COMMAND), place);
  const behind = text.slice(place, place + MAX_COMMAND);
  const [rest = ""] = behind.split("\n", 1);
  const start = place - (before.length - before.lastIndexOf("\n") - 1);
  const line = text.slice(start, place) + rest;
  const end = start + line.length;
  const command = line.length > MAX_COMMAND ? undefined : PROMPT.exec(line.trimEnd())?.[1];
  if (command === undefined) return null;
  const hints = hintsOfCommand(command);
  return hints === null && !DOLLAR.test(line) ? null : { start, end, hints };
}

/** A dollar is a prompt whatever the command; behind `#` may stand a comment. */
const DOLLAR = /^\s*(\[[^\]]{1,80}\]|\S{0,80})\$\s/;

/**
 * The listings of a page in which commands stand above what they printed; null for a file without such commands. What
 * stands before the first one is a section without hints.
 */
export function sectionsOf(text: string): readonly Section[] | null {
  const sections: Section[] = [];
  const open: { start: number; firstLine: number; hints: Hints | null } = { start: 0, firstLine: 1, hints: {} };
  let found = false;
  const close = (end: number, next: number, hints: Hints | null): void => {
    if (end > open.start)
      sections.push({ text: text.slice(open.start, end), firstLine: open.firstLine, hints: open.hints });
    open.firstLine += countLines(text, open.start, next);
    open.start = next;
    open.hints = hints;
  };
  PROMPT_END.lastIndex = 0;
  for (let match = PROMPT_END.exec(text); match !== null; match = PROMPT_END.exec(text)) {
    if (match.index < open.start) continue;
    const prompt = promptAt(text, match.index);
    if (prompt === null) continue;
    found ||= prompt.hints !== null;
    close(prompt.start, Math.min(prompt.end + 1, text.length), prompt.hints);
    PROMPT_END.lastIndex = prompt.end;
  }
  if (!found) return null;
  close(text.length, text.length, null);
  return sections;
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}
