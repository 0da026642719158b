import {
  compileProgram,
  diagnosticsDocument,
  holds,
  judge,
  judgeClaim,
  testDocument,
  testGithub,
  testJson,
  testJunit,
  walkPacket,
} from "@hookwalk/engine";
import type { Program, TestResult } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import type { ClaimTest, PacketTest } from "@hookwalk/engine/desired";
import { collect } from "../collect/collect.ts";
import { defineCommand } from "../command-line/command.ts";
import type { Command, Context } from "../command-line/command.ts";
import { EXIT, usageError } from "../errors.ts";
import { readSnapshot, sourceIn } from "./input.ts";
import { writeData } from "./output.ts";
import { readOrder } from "./packet-order.ts";
import { typedPath } from "./typed-path.ts";

export const test: Command = defineCommand({
  name: "test",
  summary: "test",
  arguments: [{ name: "FILE.yaml", required: true, file: true }],
  options: {
    file: { kind: "values", short: "f", placeholder: "SNAPSHOT", file: true, help: "option-file" },
    output: { kind: "choice", short: "o", choices: ["text", "json", "yaml", "junit", "github"], help: "option-output" },
    json: { kind: "flag", short: "j", help: "option-json" },
  },
  examples: [
    "test -f SNAPSHOT expected.yaml",
    "test -f SNAPSHOT expected.yaml -o junit > report.xml",
    "test -f SNAPSHOT expected.yaml -o github",
  ],
  async run(values, [path = ""], context) {
    const { terminal, say } = context;
    const { snapshot } = await readSnapshot(values.file, context);
    const { results, isWhole } = await runTests(path, compileProgram(snapshot), context);
    const form = values.output ?? (values.json ? "json" : "text");
    switch (form) {
      case "text":
        terminal.out.print(testDocument(results, say));
        break;
      case "json":
      case "yaml":
        await writeData(terminal.out, form, testJson(results));
        break;
      case "junit":
        terminal.out.write(testJunit(results));
        break;
      case "github":
        terminal.out.write(testGithub(results));
        break;
    }
    if (!isWhole || results.some(({ problems }) => problems.length > 0)) return EXIT.input;
    return results.every(holds) ? EXIT.ok : EXIT.findings;
  },
});

interface Ran {
  readonly results: readonly TestResult[];
  /** False: some object could not be read, and its tests did not run. */
  readonly isWhole: boolean;
}

async function runTests(path: string, program: Program, context: Context): Promise<Ran> {
  const { terminal, say, stdin, quiet, verbosity } = context;
  const { files, diagnostics: unread } = await collect([path], stdin, say);
  const { value: state, diagnostics: faults } = readObjects(files);
  const diagnostics = [...unread, ...faults];
  if (!quiet) terminal.err.print(diagnosticsDocument(diagnostics, verbosity > 0, say, sourceIn(files)));
  const results = state.packetTests.flatMap((object) =>
    object.tests.map((one, index): TestResult => {
      const span = state.spanOf(object, ["tests", index]);
      const place = { file: typedPath([path], span?.file ?? ""), line: span?.line ?? 1 };
      return { suite: object.metadata.name, name: one.name, span: place, ...resultOf(one, program) };
    }),
  );
  const isWhole = diagnostics.every(({ severity }) => severity !== "error");
  if (results.length === 0 && isWhole) throw usageError(say.commandLine("no-tests"), say.commandLine("no-tests-hint"));
  return { results, isWhole };
}

type Judged = Pick<TestResult, "mismatches" | "problems">;

function resultOf(test: PacketTest | ClaimTest, program: Program): Judged {
  return "claim" in test ? judgeClaim(program, test.claim) : judgePacket(test, program);
}

/** Each packet as if it were the only one. */
function judgePacket({ packet, expect }: PacketTest, program: Program): Judged {
  const read = readOrder(packet, program.links);
  if ("problems" in read) return { mismatches: [], problems: read.problems };
  const { order } = read;
  const { outcomes } = walkPacket(program, order.packet, order.arrival, order.options);
  return { mismatches: judge(outcomes, expect), problems: [] };
}
