import {
  compileProgram,
  flowDocument,
  flowJson,
  traceDocument,
  traceJson,
  walkFlow,
  walkPacket,
} from "@hookwalk/engine";
import type { Diagnostic, Document, Json, Outcome, Program, Verdict } from "@hookwalk/engine";
import { defineCommand } from "../command-line/command.ts";
import type { Command, Context } from "../command-line/command.ts";
import { EXIT, usageError } from "../errors.ts";
import type { ExitCode } from "../errors.ts";
import { exitCodeOf } from "./expectation.ts";
import { readSnapshot } from "./input.ts";
import { writeData } from "./output.ts";
import { packetFields, packetOptions } from "./packet-options.ts";
import { CT_STATES, HOOKS, orderOf, VERDICTS } from "./packet-order.ts";
import type { Order } from "./packet-order.ts";
import { tracePackets } from "./trace-packets.ts";

export const trace: Command = defineCommand({
  name: "trace",
  summary: "trace",
  arguments: [],
  options: {
    ...packetOptions,
    ctmark: { kind: "value", placeholder: "M", help: "option-ctmark", group: "packet" },
    ctstate: { kind: "choice", choices: CT_STATES, help: "option-ctstate", group: "packet" },
    file: { kind: "values", short: "f", placeholder: "SNAPSHOT", file: true, help: "option-file" },
    packets: { kind: "value", placeholder: "FILE.jsonl", file: true, help: "option-packets" },
    flow: { kind: "flag", help: "option-flow" },
    replyIif: { kind: "value", placeholder: "DEV", help: "option-reply-iif" },
    at: { kind: "choice", choices: HOOKS, help: "option-at" },
    expect: { kind: "choice", choices: VERDICTS, help: "option-expect" },
    output: { kind: "choice", short: "o", choices: ["text", "json", "jsonl", "yaml"], help: "option-output" },
    json: { kind: "flag", short: "j", help: "option-json" },
  },
  examples: [
    "trace -f SNAPSHOT --iif eth0 --src 10.0.0.9 --dst 10.96.0.1:443 --proto tcp",
    "trace -f SNAPSHOT --local --src 10.0.0.2 --dst 8.8.8.8 --proto icmp --flow",
    "trace -f SNAPSHOT --packets packets.jsonl -o jsonl",
    "trace -f SNAPSHOT --iif eth0 --src 10.0.0.9 --dst 10.0.0.2:22 --expect drop",
  ],
  async run(values, _words, context) {
    const { say, terminal } = context;
    if (values.packets === "-" && values.file.includes("-")) throw usageError(say.commandLine("one-standard-input"));
    const about = given({ at: values.at, ctstate: values.ctstate, ctmark: values.ctmark });
    const fields = new Map([...packetFields(values), ...about]);
    // What is typed wrongly is said before anything large is read.
    if (values.packets === undefined) orderOf(fields, new Map(), "trace", say);
    const { snapshot, diagnostics } = await readSnapshot(values.file, context);
    const program = compileProgram(snapshot);
    const form = values.json ? "json" : (values.output ?? "text");
    const expect = values.expect ?? null;
    if (values.packets !== undefined) return tracePackets(program, values.packets, { form, expect }, context);
    const order = orderOf(fields, program.links, "trace", say);
    const result = values.flow ? connection(program, order, values.replyIif ?? null) : onePacket(program, order);
    if (form === "text") terminal.out.print(result.document(context));
    else await writeData(terminal.out, form, result.json(diagnostics));
    return judged(result.outcomes, expect, context);
  },
});

function given(values: Readonly<Record<string, string | undefined>>): readonly (readonly [string, string])[] {
  return Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

interface Result {
  readonly outcomes: readonly Outcome[];
  document(context: Context): Document;
  json(diagnostics: readonly Diagnostic[]): Json;
}

function onePacket(program: Program, { packet, arrival, options }: Order): Result {
  const walked = walkPacket(program, packet, arrival, options);
  return {
    outcomes: walked.outcomes,
    document: ({ say, verbosity }) => traceDocument(walked, say, { verbosity }),
    json: (diagnostics) => traceJson(walked, diagnostics),
  };
}

/** The verdict of a connection is that of its last packet: the walk ends with the first that does not get through. */
function connection(program: Program, { packet, arrival, options }: Order, replyIif: string | null): Result {
  const walked = walkFlow(program, packet, arrival, { ...options, replyIif });
  return {
    outcomes: walked.packets.at(-1)?.trace.outcomes ?? [],
    document: ({ say, verbosity }) => flowDocument(walked, say, { verbosity }),
    json: (diagnostics) => flowJson(walked, diagnostics),
  };
}

function judged(outcomes: readonly Outcome[], expect: Verdict | null, { terminal, say }: Context): ExitCode {
  const code = exitCodeOf(outcomes, expect);
  if (code === EXIT.findings && expect !== null) {
    const actual = [...new Set(outcomes.map(({ verdict }) => verdict))].join(", ");
    terminal.err.write(`hookwalk: ${say.commandLine("expectation", { expected: expect, actual })}\n`);
  }
  return code;
}
