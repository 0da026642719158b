import { printYaml } from "@hookwalk/engine";
import { defineCommand } from "../command-line/command.ts";
import type { Command } from "../command-line/command.ts";
import { EXIT } from "../errors.ts";
import { programVersion, versionLine } from "../version.ts";

export const version: Command = defineCommand({
  name: "version",
  summary: "version",
  arguments: [],
  options: {
    output: { kind: "choice", short: "o", choices: ["text", "json", "yaml"], help: "option-output" },
    json: { kind: "flag", short: "j", help: "option-json" },
  },
  examples: ["version", "version -o json"],
  async run({ output, json }, _words, { terminal }) {
    const value = { apiVersion: "hookwalk.dev/v1", kind: "Version", version: programVersion, node: process.version };
    const form = json ? "json" : (output ?? "text");
    if (form === "json") terminal.out.write(`${JSON.stringify(value)}\n`);
    else if (form === "yaml") terminal.out.write(await printYaml(value));
    else terminal.out.write(versionLine());
    return EXIT.ok;
  },
});
