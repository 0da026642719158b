import { describe, expect, it } from "vitest";
import { parseV4 } from "../base/address.ts";
import { speaker } from "../messages/catalogue.ts";
import type { Rule } from "../model/ruleset.ts";
import { parseIptablesSave } from "../parse/iptables-save/parse-iptables-save.ts";
import { parsePacketOptions } from "../parse/packet/packet.ts";
import type { Outcome, Step, Trace } from "../walk/trace.ts";
import type { Document } from "./document.ts";
import { traceDocument } from "./trace-text.ts";

const DUMP = `*filter
:FORWARD ACCEPT [0:0]
:calico - [0:0]
:dispatch - [0:0]
:policy - [0:0]
-A FORWARD -j calico
-A calico -o cali+ -j dispatch
-A calico -m comment --comment "cali:AAAAAAAAAAAAAAAA" -m comment --comment "Start of policies" -j MARK --set-xmark 0x1/0x1
-A dispatch -j policy
-A policy -i eth0 -p tcp --dport 80 -j DROP
-A policy
COMMIT
`;
const tables = parseIptablesSave(DUMP, "iptables-save.txt").value;

function rule(chain: string, number: number): Rule {
  const found = tables[0]?.chains.find(({ name }) => name === chain)?.rules[number - 1];
  if (found === undefined) throw new Error(`no rule ${chain} ${String(number)}`);
  return found;
}

function matched(chain: string, number: number, mark = 0): Step {
  const place = { family: "ip", table: "filter", chain, number, rule: rule(chain, number) } as const;
  return { kind: "rule", hook: "forward", ...place, mark };
}

const injection = parsePacketOptions({ iif: "eth0", src: "10.0.0.9", dst: "10.1.0.9:80" }).value;
if (injection === null) throw new Error("no packet");
const { packet, arrival } = injection;

function outcome(steps: readonly Step[], more: Partial<Outcome> = {}): Outcome {
  return {
    verdict: "drop",
    delivery: "none",
    reason: "rule",
    oif: null,
    packet,
    mark: 0,
    ctmark: null,
    ctstate: null,
    conditions: [],
    probability: null,
    steps,
    cut: null,
    sidePackets: [],
    ...more,
  };
}

function trace(...outcomes: readonly Outcome[]): Trace {
  return { packet, arrival, outcomes, assumptions: [{ what: "sysctls are defaults", why: "no dump", assumed: true }] };
}

/** Cells between bars, so that the test sees what stands where. */
function plain(document: Document): readonly string[] {
  return document.map((line) => {
    switch (line.kind) {
      case "blank":
        return "";
      case "text":
      case "paragraph":
        return " ".repeat(line.indent) + line.words.map(({ text }) => text).join("");
      case "row": {
        const cells = [...line.cells, line.detail, line.aside].map((words) => words.map(({ text }) => text).join(""));
        return `${line.sign?.text ?? " "} ${cells.join("|")}`;
      }
    }
  });
}

const say = speaker("en");
const said = (walked: Trace, verbosity = 0): readonly string[] => plain(traceDocument(walked, say, { verbosity }));

const DENIED = [matched("FORWARD", 1), matched("calico", 1), matched("dispatch", 1), matched("policy", 1)] as const;

describe("traceDocument", () => {
  it("says in one line a step what matched, folds silent jumps, and marks the decisive line", () => {
    expect(said(trace(outcome(DENIED)))).toEqual([
      "  tcp 10.0.0.9:40000 → 10.1.0.9:80, SYN, enters eth0||",
      "  FORWARD",
      "  filter|calico 1|-o cali+ → dispatch||",
      "✗ filter|policy 1|DROP|-i eth0 -p tcp --dport 80|",
      "",
      "  ✗ DROPPED in FORWARD by filter/policy rule 1   (iptables-save.txt:10)",
      "",
      "    assuming sysctls are defaults (no dump)",
    ]);
  });

  it("shows a mark where it changed, and what people wrote beside the rule but not Calico's hashes", () => {
    const lines = said(trace(outcome([matched("calico", 2, 1), matched("policy", 1, 1)])));
    expect(lines[0]).toMatch(/\|mark$/);
    expect(lines[2]).toBe("  filter|calico 2|MARK --set-xmark 0x1/0x1|Start of policies|0x1");
    expect(lines[3]).toMatch(/\|$/);
  });

  it("says where a jump came back from with nothing done", () => {
    const back: Step = { kind: "return", hook: "forward", family: "ip", table: "filter", chain: "dispatch", mark: 0 };
    const lines = said(trace(outcome([matched("calico", 1), back, ...DENIED])));
    expect(lines[2]).toBe("  filter|calico 1|-o cali+ → dispatch (nothing matched)||");
  });

  it("unfolds everything with -v, and adds the rules themselves with -vv", () => {
    expect(said(trace(outcome(DENIED)), 1)).toContain("  filter|FORWARD 1|→ calico||");
    const deep = said(trace(outcome(DENIED)), 2);
    expect(deep).toContain("            iptables-save.txt:7  -A calico -o cali+ -j dispatch");
  });

  it("tells outcomes apart, each with its conditions, after what they have in common", () => {
    const condition = { what: "set X has 10.0.0.9", why: "no ipset dump" };
    const lines = said(
      trace(
        outcome(DENIED, { conditions: [{ ...condition, assumed: true }], probability: 0.75 }),
        outcome(
          [
            DENIED[0],
            DENIED[1],
            {
              kind: "policy",
              hook: "forward",
              family: "ip",
              table: "filter",
              chain: "FORWARD",
              policy: "ACCEPT",
              span: { file: "iptables-save.txt", line: 2 },
              mark: 0,
            },
          ],
          {
            verdict: "accept",
            delivery: "forward",
            reason: "policy",
            oif: "eth1",
            conditions: [{ ...condition, assumed: false }],
            probability: 0.25,
            packet: { ...packet, dst: parseV4("10.1.0.10") ?? 0 },
          },
        ),
      ),
    );
    expect(lines.slice(2)).toEqual([
      "  filter|calico 1|-o cali+ → dispatch||",
      "",
      "  2 outcomes: the snapshot does not decide this",
      "",
      "  Outcome 1 of 2  chance 75 %",
      "    IF set X has 10.0.0.9 (no ipset dump)",
      "✗ filter|policy 1|DROP|-i eth0 -p tcp --dport 80|",
      "",
      "  ✗ DROPPED in FORWARD by filter/policy rule 1   (iptables-save.txt:10)",
      "",
      "  Outcome 2 of 2  chance 25 %",
      "    IF NOT set X has 10.0.0.9 (no ipset dump)",
      "✓ filter|FORWARD|policy ACCEPT||",
      "",
      "  ✓ ACCEPTED in FORWARD by the policy of filter/FORWARD, leaves by eth1   (iptables-save.txt:2)",
      "    as tcp 10.0.0.9:40000 → 10.1.0.10:80, SYN",
      "",
      "    assuming sysctls are defaults (no dump)",
    ]);
  });

  it("speaks Chinese around the kernel's own words", () => {
    const lines = plain(traceDocument(trace(outcome(DENIED)), speaker("zh"), { verbosity: 0 }));
    expect(lines.at(-3)).toBe("  ✗ 丢弃，在 FORWARD，依据 filter/policy 第 1 条规则   (iptables-save.txt:10)");
  });

  it("names other reasons in words", () => {
    const drop: Step = { kind: "drop", hook: null, reason: "martian", what: "the source is this node's own address" };
    expect(said(trace(outcome([drop], { reason: "martian" }))).slice(1)).toEqual([
      "✗ drop||the source is this node's own address||",
      "",
      "  ✗ DROPPED: impossible source or destination address (martian)",
      "",
      "    assuming sysctls are defaults (no dump)",
    ]);
  });
});
