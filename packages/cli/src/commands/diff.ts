import {
  compileProgram,
  diffDocument,
  diffJson,
  diffSnapshots,
  isOpen,
  semanticDiff,
  semanticDocument,
  semanticJson,
} from "@hookwalk/engine";
import { defineCommand } from "../command-line/command.ts";
import type { Command } from "../command-line/command.ts";
import { EXIT, usageError } from "../errors.ts";
import { readSnapshot } from "./input.ts";
import { writeData } from "./output.ts";

export const diff: Command = defineCommand({
  name: "diff",
  summary: "diff",
  arguments: [],
  options: {
    file: { kind: "values", short: "f", placeholder: "SNAPSHOT", file: true, help: "option-diff-file" },
    semantic: { kind: "flag", help: "option-diff-semantic" },
    output: { kind: "choice", short: "o", choices: ["text", "json", "yaml"], help: "option-output" },
    json: { kind: "flag", short: "j", help: "option-json" },
  },
  examples: [
    "diff -f YESTERDAY -f TODAY",
    "diff -f sysdump.zip#worker-1 -f sysdump.zip#worker-2 -o json",
    "diff --semantic -f YESTERDAY -f TODAY",
  ],
  async run(values, _, context) {
    const { terminal, say } = context;
    const [a, b, ...others] = values.file;
    if (a === undefined || b === undefined || others.length > 0) {
      throw usageError(say.commandLine("diff-two"), say.commandLine("diff-two-hint"));
    }
    const { snapshot: before } = await readSnapshot([a], context);
    const { snapshot: after } = await readSnapshot([b], context);
    const form = values.output ?? (values.json ? "json" : "text");
    if (values.semantic) {
      const fares = semanticDiff(compileProgram(before), compileProgram(after));
      if (form === "text") terminal.out.print(semanticDocument(fares, [a, b], say));
      else await writeData(terminal.out, form, semanticJson(fares));
      if (fares.groups.length > 0) return EXIT.findings;
      return isOpen(fares) ? EXIT.unknown : EXIT.ok;
    }
    const compared = diffSnapshots(before, after);
    if (form === "text") terminal.out.print(diffDocument(compared, say));
    else await writeData(terminal.out, form, diffJson(compared));
    return compared.aspects.length > 0 ? EXIT.findings : EXIT.ok;
  },
});
