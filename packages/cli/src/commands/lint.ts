import {
  checkDocument,
  checkListDocument,
  checksJson,
  hasFinding,
  lintChecks,
  lintDocument,
  lintGithub,
  lintJson,
  lintSarif,
  lintSnapshot,
} from "@hookwalk/engine";
import { defineCommand } from "../command-line/command.ts";
import type { Command, Context } from "../command-line/command.ts";
import { EXIT, usageError } from "../errors.ts";
import type { ExitCode } from "../errors.ts";
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
    list: { kind: "flag", help: "option-list-checks" },
    explain: {
      kind: "choice",
      choices: lintChecks.map(({ name }) => name).toSorted(),
      placeholder: "CHECK",
      help: "option-explain-check",
    },
    failOn: { kind: "choice", choices: ["error", "warning", "info"], help: "option-fail-on" },
  },
  examples: [
    "lint -f SNAPSHOT",
    "lint -f SNAPSHOT --fail-on warning -o github",
    "lint -f SNAPSHOT -o sarif > findings.sarif",
    "lint --list",
    "lint --explain shadowed-rule",
  ],
  async run(values, _, context) {
    const { terminal, say } = context;
    const form = values.output ?? (values.json ? "json" : "text");
    if (values.list || values.explain !== undefined) return tell(values.explain ?? null, form, context);
    const { snapshot } = await readSnapshot(values.file, context);
    const findings = lintSnapshot(snapshot);
    const pathOf = (file: string): string => typedPath(values.file, file);
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

/** Says what one check is, or all of them: no snapshot is read. */
async function tell(name: string | null, form: string, { terminal, say }: Context): Promise<ExitCode> {
  const checks = lintChecks.filter((check) => name === null || check.name === name);
  if (form === "json" || form === "yaml") await writeData(terminal.out, form, checksJson(checks));
  else if (form !== "text") throw usageError(say.commandLine("checks-form", { form }));
  else if (name === null) terminal.out.print(checkListDocument(byName(checks), say));
  else for (const check of checks) terminal.out.print(checkDocument(check, say));
  return EXIT.ok;
}

function byName(checks: typeof lintChecks): typeof lintChecks {
  return checks.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
