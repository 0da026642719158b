import type { PacketOptions } from "../prove/pick/picked.ts";
import { shortOptions } from "../reach/short-options.ts";

/** `hookwalk trace -f S --iif eth0 --src …` for a shell: what makes the walk of the packet that the options describe, in as few words as do. */
export function traceCommand(options: PacketOptions, files: readonly string[]): string {
  const words = ["hookwalk", "trace", ...files.flatMap((file) => ["-f", file])];
  for (const [name, value] of Object.entries(shortOptions(options))) {
    words.push(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    if (value !== true) words.push(String(value));
  }
  return words.map(shellWord).join(" ");
}

/** Characters that no shell takes for anything else. */
const PLAIN = /^[-_\w./:,=@%+]+$/;

/** In single quotes where the shell would read more than the word. */
function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
