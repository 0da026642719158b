import { hasFinding, lintDocument, lintGithub, lintJson, lintSarif, lintSnapshot } from "@hookwalk/engine";
import { defineCommand } from "../command-line/command.ts";
import type { Command } from "../command-line/command.ts";
import { EXIT } from "../errors.ts";
import { readSnapshot } from "./input.ts";
import { programVersion } from "../version.ts";
import { writeData } from "./output.ts";
import { typedPath } from "./typed-path.ts";

export const lint: Command = defineCommand({
  name: "lint",
  summary: "lint",
  arguments: [],
  options: {
    file: { kind: "values", short: "f", placeholder: "SNAPSHOT", file: true, help: "option-file" },
    output: { kind: "choice", short: "o", choices: ["text", "json", "yaml", "sarif", "github"], help: "option-output" },
    json: { kind: "flag", short: "j", help: "option-json" },
    failOn: { kind: "choice", choices: ["error", "warning", "info"], help: "option-fail-on" },
  },
  examples: [
    "lint -f SNAPSHOT",
    "lint -f SNAPSHOT --fail-on warning -o github",
    "lint -f SNAPSHOT -o sarif > findings.sarif",
  ],
  async run(values, _, context) {
    const { terminal, say } = context;
    const { snapshot } = await readSnapshot(values.file, context);
    const findings = lintSnapshot(snapshot);
    const pathOf = (file: string): string => typedPath(values.file, file);
    const form = values.output ?? (values.json ? "json" : "text");
    switch (form) {
      case "text":
        terminal.out.print(lintDocument(findings, say, { files: values.file }));
        break;
      case "json":
      case "yaml":
        await writeData(terminal.out, form, lintJson(findings));
        break;
      case "sarif":
        await writeData(terminal.out, "json", lintSarif(findings, { version: programVersion, pathOf }));
        break;
      case "github":
        terminal.out.write(lintGithub(findings, say, pathOf));
        break;
    }
    return hasFinding(findings, values.failOn ?? "error") ? EXIT.findings : EXIT.ok;
  },
});
