import {
  compileProgram,
  flowDocument,
  flowJson,
  textLine,
  traceDocument,
  traceJson,
  walkFlow,
  walkPacket,
  word,
} from "@hookwalk/engine";
import type { Diagnostic, Document, Json, Outcome, Program, Speaker, Verdict } from "@hookwalk/engine";
import { defineCommand } from "../command-line/command.ts";
import type { Command, Context } from "../command-line/command.ts";
import { longName } from "../command-line/option.ts";
import { nearest } from "../command-line/suggest.ts";
import { EXIT, usageError } from "../errors.ts";
import type { ExitCode } from "../errors.ts";
import { exitCodeOf } from "./expectation.ts";
import { readSnapshot } from "./input.ts";
import { writeData } from "./output.ts";
import { packetFields, packetOptions } from "./packet-options.ts";
import { CT_STATES, HOOKS, orderOf, SOCKETS, VERDICTS } from "./packet-order.ts";
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
    socket: { kind: "choice", choices: SOCKETS, help: "option-socket", group: "packet" },
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
    const about = given({ at: values.at, ctstate: values.ctstate, ctmark: values.ctmark, socket: values.socket });
    const fields = new Map([...packetFields(values), ...about]);
    if (values.packets !== undefined) checkAlone([...fields.keys(), ...flowOptions(values)], say);
    // What is typed wrongly is said before anything large is read.
    if (values.packets === undefined) orderOf(fields, new Map(), "trace", say);
    const { snapshot, diagnostics } = await readSnapshot(values.file, context);
    const program = compileProgram(snapshot);
    const form = values.json ? "json" : (values.output ?? "text");
    const expect = values.expect ?? null;
    if (values.packets !== undefined) return tracePackets(program, values.packets, { form, expect }, context);
    const order = orderOf(fields, program.links, "trace", say);
    warnOfDevice(program, order.arrival.iif, context);
    const result = values.flow ? connection(program, order, values.replyIif ?? null) : onePacket(program, order);
    if (form === "text") terminal.out.print(result.document(context));
    else await writeData(terminal.out, form, result.json(diagnostics));
    return judged(result.outcomes, expect, context);
  },
});

/** A line of a packet file says everything about its packet: what stands beside `--packets` would go unheard. */
function checkAlone(keys: readonly string[], say: Speaker): void {
  const [key] = keys;
  if (key === undefined) return;
  const message = say.commandLine("packets-alone", { name: longName(key) });
  throw usageError(message, say.commandLine("packets-alone-hint"));
}

function flowOptions({ flow, replyIif }: { readonly flow: boolean; readonly replyIif: string | undefined }): string[] {
  return [...(flow ? ["flow"] : []), ...(replyIif === undefined ? [] : ["replyIif"])];
}

function given(values: Readonly<Record<string, string | undefined>>): readonly (readonly [string, string])[] {
  return Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

/** A device that the dumps do not have may be one to come, but mostly it is a slip of the finger. */
function warnOfDevice(program: Program, device: string | null, { say, terminal, quiet }: Context): void {
  if (quiet || device === null || !program.hasLinks || program.links.has(device)) return;
  const like = nearest(device, [...program.links.keys()]);
  const hint = like === null ? "" : ` ${say.commandLine("did-you-mean", { name: like })}`;
  const warning = `${say.commandLine("no-device", { name: device })}${hint}`;
  terminal.err.print([textLine(0, word("hookwalk: ", "unsure"), word(warning))]);
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
