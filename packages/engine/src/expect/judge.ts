import { printAddress } from "../base/address.ts";
import type { Address } from "../base/address.ts";
import { printHex } from "../base/hex.ts";
import type { Claim, PacketExpectation } from "../desired/packet-tests.ts";
import { decisiveStep } from "../walk/decisive.ts";
import type { Condition, Outcome, Step } from "../walk/trace.ts";

/** Something that was expected of a packet and does not hold. */
export interface Mismatch {
  /** The field of the expectation; of a claim about all packets, which one it is. */
  readonly what: keyof PacketExpectation | Claim["holds"];
  readonly wanted: string;
  readonly got: string;
  /** Under which conditions; none: the snapshot decides everything. */
  readonly conditions: readonly Condition[];
}

/** What does not hold of an expectation; it must hold in every outcome. Empty: it holds. */
export function judge(outcomes: readonly Outcome[], expectation: PacketExpectation): readonly Mismatch[] {
  return outcomes.flatMap((outcome) =>
    CHECKS.flatMap(([what, check]): readonly Mismatch[] => {
      const difference = check(expectation, outcome);
      return difference === null ? [] : [{ what, ...difference, conditions: outcome.conditions }];
    }),
  );
}

interface Difference {
  readonly wanted: string;
  readonly got: string;
}

type Check = (expectation: PacketExpectation, outcome: Outcome) => Difference | null;

const NONE = "-";

const CHECKS: readonly (readonly [keyof PacketExpectation, Check])[] = [
  ["verdict", (wanted, { verdict }) => differ(wanted.verdict, [verdict])],
  ["delivery", (wanted, { delivery }) => differ(wanted.delivery, [delivery])],
  ["oif", (wanted, { oif }) => differ(wanted.oif, [oif ?? NONE])],
  ["mark", ({ mark }, outcome) => differ(mark === null ? null : printHex(mark), [printHex(outcome.mark)])],
  ["src", ({ src }, { packet }) => differ(src, ends(packet.src, packet.sport))],
  ["dst", ({ dst }, { packet }) => differ(dst, ends(packet.dst, packet.dport))],
  ["decidedBy", ({ decidedBy }, outcome) => differ(decidedBy, placesOf(decisiveStep(outcome)))],
  ["matches", ({ matches }, { steps }) => firstUnmatched(matches, steps)],
];

/** Equal is whatever spelling of the real thing was written; shown is the last one, the fullest. */
function differ(wanted: string | null, spellings: readonly string[]): Difference | null {
  return wanted === null || spellings.includes(wanted) ? null : { wanted, got: spellings.at(-1) ?? NONE };
}

/** `A`, and with the port, where there is one. */
function ends(address: Address, port: number | null): readonly string[] {
  const text = printAddress(address);
  if (port === null) return [text];
  return [text, `${typeof address === "bigint" ? `[${text}]` : text}:${String(port)}`];
}

/** With the family and without; that of IPv4 is left out where it is shown, as everywhere. */
function placesOf(step: Step | null): readonly string[] {
  if (step?.kind !== "rule" && step?.kind !== "policy") return [NONE];
  const { family, table, chain } = step;
  const path = step.kind === "rule" ? `${table}/${chain}/${String(step.number)}` : `${table}/${chain}`;
  const full = `${family}/${path}`;
  return family === "ip" && step.native !== true ? [full, path] : [path, full];
}

/** The first of the rules that the packet does not match behind those before it. */
function firstUnmatched(rules: readonly string[], steps: readonly Step[]): Difference | null {
  let next = 0;
  for (const step of steps) {
    const wanted = rules[next];
    if (wanted === undefined) return null;
    if (step.kind === "rule" && placesOf(step).includes(wanted)) next++;
  }
  const wanted = rules[next];
  return wanted === undefined ? null : { wanted, got: NONE };
}
