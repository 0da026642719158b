import { printYaml } from "@hookwalk/engine";
import type { Json } from "@hookwalk/engine";
import type { Output } from "../terminal/terminal.ts";

/** The forms that any JSON value can be written in. */
export type DataForm = "json" | "jsonl" | "yaml";

/** Writes one value: readable JSON, one line of it, or one YAML document. */
export async function writeData(output: Output, form: DataForm, value: Json): Promise<void> {
  switch (form) {
    case "json":
      output.write(`${JSON.stringify(value, null, 2)}\n`);
      return;
    case "jsonl":
      output.write(`${JSON.stringify(value)}\n`);
      return;
    case "yaml":
      output.write(`---\n${await printYaml(value)}`);
  }
}
