import { API_VERSION, blankLine, compileProgram, textLine, walkPacket, word } from "@hookwalk/engine";
import type { Document, Json, Role } from "@hookwalk/engine";
import { defineCommand } from "../command-line/command.ts";
import type { Command, Context } from "../command-line/command.ts";
import { EXIT } from "../errors.ts";
import { agrees } from "../lab/agreement.ts";
import { createLab } from "../lab/lab.ts";
import { observationOf, printObservation } from "../lab/observation.ts";
import { readSnapshot } from "./input.ts";
import { writeData } from "./output.ts";
import { packetFields, packetOptions } from "./packet-options.ts";
import { orderOf } from "./packet-order.ts";

export const lab: Command = defineCommand({
  name: "lab",
  summary: "lab",
  arguments: [],
  options: {
    ...packetOptions,
    file: { kind: "values", short: "f", placeholder: "SNAPSHOT", file: true, help: "option-file" },
    backend: { kind: "choice", choices: ["legacy", "nft"], help: "option-backend" },
    output: { kind: "choice", short: "o", choices: ["text", "json", "jsonl", "yaml"], help: "option-output" },
    json: { kind: "flag", short: "j", help: "option-json" },
  },
  examples: ["lab -f SNAPSHOT --iif eth0 --src 10.0.0.9 --dst 10.0.0.2:80 --proto tcp"],
  async run(values, _words, context) {
    const fields = packetFields(values);
    orderOf(fields, new Map(), "lab", context.say);
    const { snapshot } = await readSnapshot(values.file, context);
    const program = compileProgram(snapshot);
    const { packet, arrival } = orderOf(fields, program.links, "lab", context.say);
    const kernel = await createLab(snapshot, values.backend === undefined ? {} : { backend: values.backend });
    const { notes } = kernel;
    let seen: readonly string[];
    try {
      seen = printObservation(kernel.send(packet, arrival));
    } finally {
      kernel.close();
    }
    const { outcomes } = walkPacket(program, packet, arrival);
    const walked = outcomes.map((outcome) => printObservation(observationOf(outcome)));
    const isSame = outcomes.some((outcome) => agrees(seen, outcome));
    const form = values.json ? "json" : (values.output ?? "text");
    const { out } = context.terminal;
    if (form === "text") out.print(comparison({ seen, walked, agrees: isSame, notes }, context));
    else await writeData(out, form, comparisonJson({ seen, walked, agrees: isSame, notes }));
    return isSame ? EXIT.ok : EXIT.findings;
  },
});

interface Comparison {
  /** What the kernel did, in the lines of a case file. */
  readonly seen: readonly string[];
  /** The same of each outcome of the walk. */
  readonly walked: readonly (readonly string[])[];
  readonly agrees: boolean;
  /** What this kernel could not rebuild. */
  readonly notes: readonly string[];
}

/** The kernel's lines; where no outcome of the walk has the same ones, also the lines of the first. */
function comparison({ seen, walked, agrees, notes }: Comparison, { say }: Context): Document {
  const listed = (lines: readonly string[], sign: string, role: Role): Document =>
    lines.map((line) => textLine(2, word(sign, role), word(line)));
  const noted = notes.map((note) => textLine(2, word(say.commandLine("lab-note", { note }), "unsure")));
  if (agrees)
    return [
      ...listed(seen, "", "plain"),
      blankLine,
      textLine(2, word(say.commandLine("lab-agrees"), "good")),
      ...noted,
    ];
  return [
    textLine(0, word(say.commandLine("lab-kernel"), "strong")),
    ...listed(seen, "", "plain"),
    blankLine,
    textLine(0, word(say.commandLine("lab-walk"), "strong")),
    ...listed(walked[0] ?? [], "", "plain"),
    blankLine,
    textLine(2, word(say.commandLine("lab-differs"), "bad")),
    ...noted,
  ];
}

function comparisonJson({ seen, walked, agrees, notes }: Comparison): Json {
  return { apiVersion: API_VERSION, kind: "LabResult", agrees, kernel: seen, walk: walked, notes };
}
