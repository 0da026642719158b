import { expect } from "vitest";
import type { Shell } from "./hookwalk.ts";

/** A command that an answer in words shows, and the sentences below it: how the packet ends. */
interface Copied {
  readonly command: string;
  readonly ends: readonly string[];
}

const COMMAND = /(?:^|\s)(hookwalk trace .*)/;
/** The mark behind it is told elsewhere in a walk. */
const END = /^ +((?:ACCEPTED|DROPPED|REJECTED|QUEUED|UNKNOWN)\b.*?)(?: {3}mark 0x[0-9a-f]+)?$/;

function copiedFrom(text: string): readonly Copied[] {
  const copied: { readonly command: string; readonly ends: string[] }[] = [];
  for (const line of text.split("\n")) {
    const [, command] = COMMAND.exec(line) ?? [];
    if (command !== undefined) copied.push({ command, ends: [] });
    const [, end] = END.exec(line) ?? [];
    if (end !== undefined) copied.at(-1)?.ends.push(end);
  }
  return copied;
}

/**
 * Runs commands that an answer shows, as one who copies them: the walk ends in the words of the answer. The first and the last, for each is a process; what
 * the others show is held by the answer's JSON.
 */
export function expectCopied(answer: string, shell: Shell): void {
  const copied = copiedFrom(answer);
  for (const { command, ends } of new Set([copied.at(0), copied.at(-1)].filter((one) => one !== undefined))) {
    const { stdout, stderr } = shell(`${command} -q`);
    expect(stderr, command).toBe("");
    for (const end of ends) expect(stdout, command).toContain(end);
  }
}
