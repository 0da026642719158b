import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { API_VERSION, blankLine, traceDocument, traceJson, walkPacket, word, textLine } from "@hookwalk/engine";
import type { Json, Program, Verdict } from "@hookwalk/engine";
import { cannotRead } from "../collect/cannot-read.ts";
import type { Context } from "../command-line/command.ts";
import { EXIT } from "../errors.ts";
import type { ExitCode } from "../errors.ts";
import { exitCodeOf } from "./expectation.ts";
import { writeData } from "./output.ts";
import type { DataForm } from "./output.ts";
import { readOrder } from "./packet-order.ts";
import type { ReadOrder } from "./packet-order.ts";

interface PacketsOptions {
  readonly form: "text" | DataForm;
  /** Of every packet; a line of the file may expect something of its own. */
  readonly expect: Verdict | null;
}

/** Worst first: one packet file has one exit code. */
const SEVERITY: readonly ExitCode[] = [EXIT.input, EXIT.findings, EXIT.unknown, EXIT.ok];

/**
 * Walks the packets of a JSON lines file one by one, each as if it were the only one, in the order of the file. A line
 * that is no packet has its answer too, of kind Error, so that answers and lines stay side by side.
 */
export async function tracePackets(
  program: Program,
  path: string,
  { form, expect }: PacketsOptions,
  context: Context,
): Promise<ExitCode> {
  const { terminal, say, verbosity } = context;
  const codes = new Set<ExitCode>();
  let number = 0;
  for await (const line of linesOf(path, context)) {
    number++;
    await terminal.out.drained();
    if (line.trim() === "") continue;
    const read = readLine(line, program);
    if ("problems" in read) {
      codes.add(EXIT.input);
      if (form === "text") {
        const problems = read.problems.map((problem) => say.sentence(problem)).join("; ");
        terminal.err.write(`hookwalk: ${path}:${String(number)}: ${problems}\n`);
      } else await writeData(terminal.out, oneLine(form), failure(path, number, read.problems));
      continue;
    }
    const { packet, arrival, options, name } = read.order;
    const trace = walkPacket(program, packet, arrival, options);
    codes.add(exitCodeOf(trace.outcomes, read.order.expect ?? expect));
    if (form === "text") {
      const heading = name === null ? [] : [textLine(0, word(name, "strong"))];
      terminal.out.print([...heading, ...traceDocument(trace, say, { verbosity }), blankLine]);
    } else await writeData(terminal.out, oneLine(form), traceJson(trace));
  }
  return SEVERITY.find((code) => codes.has(code)) ?? EXIT.ok;
}

async function* linesOf(path: string, { stdin, say }: Context): AsyncGenerator<string> {
  try {
    const input = path === "-" ? stdin : (await open(path)).createReadStream();
    yield* createInterface({ input, crlfDelay: Infinity });
  } catch (error) {
    throw cannotRead(path, error, say);
  }
}

function readLine(line: string, program: Program): ReadOrder {
  const value = parseJson(line);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { problems: ["not a JSON object"] };
  return readOrder(new Map<string, unknown>(Object.entries(value)), program.links);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Many values in a row: JSON is then one value a line. */
function oneLine(form: DataForm): DataForm {
  return form === "json" ? "jsonl" : form;
}

function failure(file: string, line: number, problems: readonly string[]): Json {
  return { apiVersion: API_VERSION, kind: "Error", span: { file, line }, problems };
}
