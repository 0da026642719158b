import type { Speaker } from "../messages/catalogue.ts";
import type { Condition, Outcome, Trace, Verdict } from "../walk/trace.ts";
import type { Document, Line, Role, Word } from "./document.ts";
import { blankLine, rowOf, textLine, word } from "./document.ts";
import { decisiveStep } from "../walk/decisive.ts";
import { printHex } from "../base/hex.ts";
import { printPacket } from "./packet-text.ts";
import { stepLines } from "./step-lines.ts";
import { commonPrefix } from "./common-prefix.ts";
import { verdictWords } from "./verdict-text.ts";

export interface TraceTextOptions {
  /** 0: what matched; 1: also what it was matched by, policies and returns; 2: also the rules as they stand in the dump. */
  readonly verbosity: number;
}

const SIGNS: Readonly<Record<Verdict, { readonly text: string; readonly role: Role }>> = {
  accept: { text: "✓", role: "good" },
  drop: { text: "✗", role: "bad" },
  reject: { text: "✗", role: "bad" },
  queue: { text: "?", role: "unsure" },
  unknown: { text: "?", role: "unsure" },
};

/** A walk for a person: what matched, in the kernel's order, the decisive line marked, and the verdict in words. */
export function traceDocument(trace: Trace, say: Speaker, options: TraceTextOptions): Document {
  const lines: Line[] = trace.caveats.map((caveat) => caveatLine(caveat, say));
  lines.push(headline(trace, say));
  const [first, ...others] = trace.outcomes;
  if (first !== undefined && others.length === 0) {
    append(lines, outcomeLines(trace, first, 0, say, options));
  } else if (first !== undefined) {
    const shared = commonPrefix(trace.outcomes);
    append(lines, stepLines(trace, first, { from: 0, to: shared }, null, say, options));
    lines.push(blankLine, textLine(2, word(say.report("outcomes-differ", { count: trace.outcomes.length }), "unsure")));
    for (const [index, outcome] of trace.outcomes.entries()) {
      lines.push(blankLine, outcomeHeading(index, trace, outcome, say));
      for (const condition of outcome.conditions)
        lines.push(conditionLine(condition.assumed ? "if" : "if-not", condition, say));
      append(lines, outcomeLines(trace, outcome, shared, say, options));
    }
  }
  if (trace.assumptions.length > 0) {
    lines.push(blankLine);
    for (const assumption of trace.assumptions) lines.push(conditionLine("assuming", assumption, say));
  }
  return lines;
}

function append(lines: Line[], more: readonly Line[]): void {
  for (const line of more) lines.push(line);
}

/** Who talks to whom, and where it comes in; at the right the head of the mark column. */
function headline({ packet, arrival, outcomes }: Trace, say: Speaker): Line {
  const where = arrival.iif === null ? say.report("made-here") : say.report("enters-by", { device: arrival.iif });
  const marked =
    arrival.mark !== 0 || outcomes.some(({ steps }) => steps.some((step) => "mark" in step && step.mark !== 0));
  const mark = arrival.mark === 0 ? "" : ` ${printHex(arrival.mark)}`;
  return rowOf([[word(printPacket(packet), "strong"), word(`, ${where}`)]], {
    indent: 2,
    aside: marked ? [word(`${say.report("mark-header")}${mark}`, "faint")] : [],
  });
}

/** From the step where the outcomes part, to the verdict. */
function outcomeLines(
  trace: Trace,
  outcome: Outcome,
  from: number,
  say: Speaker,
  options: TraceTextOptions,
): readonly Line[] {
  const decisive = decisiveStep(outcome);
  const sign = SIGNS[outcome.verdict];
  const marked = decisive === null ? null : { step: decisive, sign: word(sign.text, sign.role) };
  const steps = stepLines(trace, outcome, { from, to: outcome.steps.length }, marked, say, options);
  const verdict: Word[] = [word(`${sign.text} `, sign.role)];
  for (const part of verdictWords(outcome, decisive, sign.role, say)) verdict.push(part);
  const lines: Line[] = [...steps, blankLine, textLine(2, ...verdict)];
  for (const side of outcome.sidePackets) {
    lines.push(textLine(4, word(say.report("side-packet", { packet: printPacket(side.packet) }))));
  }
  const leaves = outcome.delivery !== "none" && printPacket(outcome.packet) !== printPacket(trace.packet);
  if (leaves) lines.push(textLine(4, word(say.report("final-packet", { packet: printPacket(outcome.packet) }))));
  return lines;
}

function caveatLine({ what, why }: Condition, say: Speaker): Line {
  return textLine(
    2,
    word(`? ${say.sentence(what)} ${say.report("assumed-why", { why: say.sentence(why) })}`, "unsure"),
  );
}

function outcomeHeading(index: number, trace: Trace, outcome: Outcome, say: Speaker): Line {
  const number = say.report("outcome-number", { number: index + 1, total: trace.outcomes.length });
  if (outcome.probability === null) return textLine(2, word(number, "strong"));
  const percent = Number((outcome.probability * 100).toPrecision(3));
  return textLine(2, word(number, "strong"), word(`  ${say.report("outcome-chance", { percent })}`, "faint"));
}

/** What has to be so, or not so, and why nobody knows. */
export function conditionLine(
  heading: "if" | "if-not" | "assuming",
  { what, why }: Condition,
  say: Speaker,
  indent = 4,
): Line {
  return textLine(
    indent,
    word(`${say.report(heading)} `, heading === "assuming" ? "faint" : "unsure"),
    word(say.sentence(what)),
    word(why === "" ? "" : ` ${say.report("assumed-why", { why: say.sentence(why) })}`, "faint"),
  );
}
