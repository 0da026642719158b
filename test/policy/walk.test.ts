import { compileProgram } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { evaluatorOf } from "./evaluator/evaluate.ts";
import { flowOf } from "./evaluator/flow-of.ts";
import { casesFor, placesOf, policyCases } from "./objects.ts";
import { printProbe, probesOf } from "./probe.ts";
import { rendered } from "./render.ts";
import { walks } from "./walk.ts";

const CASES = policyCases().map((each) => [each.name, each] as const);

describe.each(["iptables", "nftables"] as const)("the walk over the rules says what policies mean, %s", (dataplane) => {
  it.each(CASES)("%s", (_name, { state: objects, attempts }) => {
    const state = casesFor(objects, dataplane);
    const { allows } = evaluatorOf(state);
    const program = compileProgram(rendered(state));
    const probes = probesOf(placesOf(state), attempts, ["ip", "ip6"]);
    const walked = probes.map((probe) => `${printProbe(probe)}: ${String(walks(program, probe))}`);
    expect(walked).toEqual(probes.map((probe) => `${printProbe(probe)}: ${String(allows(flowOf(state, probe)))}`));
  });
});
