import { printYaml } from "@hookwalk/engine";
import type { Json } from "@hookwalk/engine";
import type { Output } from "../terminal/terminal.ts";

/** The forms that any JSON value can be written in. */
export type DataForm = "json" | "jsonl" | "yaml";

/** Writes one value: readable JSON, one line of it, or one YAML document. */
export async function writeData(output: Output, form: DataForm, value: Json): Promise<void> {
  switch (form) {
    case "json":
      output.write(`${escaped(JSON.stringify(value, null, 2))}\n`);
      return;
    case "jsonl":
      output.write(`${escaped(JSON.stringify(value))}\n`);
      return;
    case "yaml":
      output.write(`---\n${await printYaml(value)}`);
  }
}

/** What JSON leaves as it is although a terminal obeys it: DEL, C1 controls, marks that reverse the reading order. */
const OBEYED = /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The same JSON with such characters as `\uXXXX`: it reads back as it was. */
function escaped(json: string): string {
  return json.replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
