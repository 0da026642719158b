import type { Speaker } from "../messages/catalogue.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { FlowPacket, FlowTrace } from "../walk/flow.ts";
import type { Trace } from "../walk/trace.ts";
import type { Document, Line } from "./document.ts";
import { blankLine, textLine, word } from "./document.ts";
import { diagnosticJson } from "./diagnostic.ts";
import type { Json } from "./json.ts";
import { API_VERSION } from "./json.ts";
import { traceJson } from "./trace-json.ts";
import { traceDocument } from "./trace-text.ts";
import type { TraceTextOptions } from "./trace-text.ts";

const HEADINGS = { first: "flow-first", reply: "flow-reply", third: "flow-third" } as const satisfies Record<
  FlowPacket["role"],
  string
>;

/** A connection for a person: its packets one below the other, until one does not get through. */
export function flowDocument(flow: FlowTrace, say: Speaker, options: TraceTextOptions): Document {
  const lines: Line[] = [];
  for (const [index, { role, trace }] of flow.packets.entries()) {
    if (lines.length > 0) lines.push(blankLine);
    lines.push(textLine(0, word(say.report(HEADINGS[role]), "strong")));
    for (const line of traceDocument(once(trace, index === 0, index === flow.packets.length - 1), say, options))
      lines.push(line);
  }
  return lines;
}

/** What all packets assume alike is said behind the last one, what makes the rules doubtful before the first. */
function once(trace: Trace, isFirst: boolean, isLast: boolean): Trace {
  return { ...trace, assumptions: isLast ? trace.assumptions : [], caveats: isFirst ? trace.caveats : [] };
}

/** A connection as docs/json-trace.md says. */
export function flowJson(flow: FlowTrace, diagnostics: readonly Diagnostic[] = []): Json {
  return {
    apiVersion: API_VERSION,
    kind: "FlowTrace",
    packets: flow.packets.map(({ role, trace }) => ({ role, trace: traceJson(trace) })),
    diagnostics: diagnostics.map(diagnosticJson),
  };
}
