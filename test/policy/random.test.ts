import { compileProgram } from "@hookwalk/engine";
import type { DesiredState } from "@hookwalk/engine/desired";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluatorOf } from "./evaluator/evaluate.ts";
import { flowOf } from "./evaluator/flow-of.ts";
import { casesFor, casesForVersion, placesOf, readAll } from "./objects.ts";
import { parseAttempt, printProbe, probesOf } from "./probe.ts";
import { randomObjects } from "./random-objects.ts";
import { rendered } from "./render.ts";
import { walks } from "./walk.ts";

/** Sets of policies for each dataplane or version. */
const RUNS = Number(process.env["HOOKWALK_POLICY_RUNS"] ?? 12);
/** The same sets each time, others for each of them; another one finds others. */
const SEED = Number(process.env["HOOKWALK_POLICY_SEED"] ?? 20_261_127);
const ATTEMPTS = ["tcp/80", "tcp/8080", "udp/53", "sctp/80", "icmp"].map(parseAttempt);

/** Of each set every so many probes are made: of about 1700 some 130. It has no divisor with the count of protocols and families. */
const STEP = 13;

function expectAgreement(state: DesiredState, offset: number): void {
  const { allows } = evaluatorOf(state);
  const program = compileProgram(rendered(state));
  const probes = probesOf(placesOf(state), ATTEMPTS, ["ip", "ip6"]).filter((_, at) => at % STEP === offset);
  const wrong = probes.flatMap((probe) => {
    const [walked, meant] = [walks(program, probe), allows(flowOf(state, probe))];
    return walked === meant ? [] : [`${printProbe(probe)}: ${String(walked)}, means ${String(meant)}`];
  });
  expect(wrong).toEqual([]);
}

function check(at: number, hasTiers: boolean, stateOf: (state: DesiredState) => DesiredState | null): void {
  fc.assert(
    fc.property(randomObjects(hasTiers), fc.nat(STEP - 1), (text, offset) => {
      const state = stateOf(readAll("random.yaml", text));
      if (state !== null) expectAgreement(state, offset);
    }),
    { numRuns: RUNS, seed: SEED + at },
  );
}

describe("rules of policies at random say what the policies mean", () => {
  it.each([
    ["iptables", 0],
    ["nftables", 1],
  ] as const)("%s", (dataplane, at) => {
    check(at, true, (state) => casesFor(state, dataplane));
  });

  it.each(["3.2.0", "3.7.0", "3.12.0", "3.18.0", "3.26.0", "3.28.0"].map((version, at) => [version, at + 2] as const))(
    "Felix %s",
    (version, at) => {
      check(at, false, (state) => casesForVersion(state, version));
    },
  );
});
