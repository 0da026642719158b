import { compileProgram } from "@hookwalk/engine";
import type { DesiredState } from "@hookwalk/engine/desired";
import { describe, expect, it } from "vitest";
import { evaluatorOf } from "./evaluator/evaluate.ts";
import { flowOf } from "./evaluator/flow-of.ts";
import { casesFor, casesForVersion, placesOf, policyCases } from "./objects.ts";
import type { Attempt } from "./probe.ts";
import { printProbe, probesOf } from "./probe.ts";
import { rendered } from "./render.ts";
import { walks } from "./walk.ts";

const CASES = policyCases().map((each) => [each.name, each] as const);

function expectAgreement(state: DesiredState, attempts: readonly Attempt[]): void {
  const { allows } = evaluatorOf(state);
  const program = compileProgram(rendered(state));
  const probes = probesOf(placesOf(state), attempts, ["ip", "ip6"]);
  const walked = probes.map((probe) => `${printProbe(probe)}: ${String(walks(program, probe))}`);
  expect(walked).toEqual(probes.map((probe) => `${printProbe(probe)}: ${String(allows(flowOf(state, probe)))}`));
}

describe.each(["iptables", "nftables"] as const)("the walk over the rules says what policies mean, %s", (dataplane) => {
  it.each(CASES)("%s", (_name, { state, attempts }) => {
    expectAgreement(casesFor(state, dataplane), attempts);
  });
});

/** One release of each way in which rules were written. */
const ERAS = ["3.2.0", "3.12.0", "3.18.0"];

describe.each(ERAS)("and so they say as Felix %s wrote them", (version) => {
  const cases = CASES.flatMap(([name, { state, attempts }]) => {
    const of = casesForVersion(state, version);
    return of === null ? [] : [[name, of, attempts] as const];
  });

  it.each(cases)("%s", (_name, state, attempts) => {
    expectAgreement(state, attempts);
  });

  it("most cases have one tier", () => {
    expect(cases.length).toBeGreaterThan(50);
  });
});
