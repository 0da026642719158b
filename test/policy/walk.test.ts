import { compileProgram } from "@hookwalk/engine";
import type { Family } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { evaluatorOf } from "./evaluator/evaluate.ts";
import { flowOf } from "./evaluator/flow-of.ts";
import { casesFor, placesOf, policyCases } from "./objects.ts";
import { printProbe, probesOf } from "./probe.ts";
import { rendered } from "./render.ts";
import { walks } from "./walk.ts";

describe.each(["iptables", "nftables"] as const)(
  "the walk over the rules says what the policies mean, %s",
  (dataplane) => {
    describe.each<Family>(["ip", "ip6"])("%s", (family) => {
      it.each(policyCases().map((each) => [each.name, each] as const))("%s", (_name, { attempts, ...own }) => {
        const state = casesFor(own.state, dataplane);
        const evaluator = evaluatorOf(state);
        const program = compileProgram(rendered(state));
        const probes = probesOf(placesOf(state), attempts, family);
        const said = probes.map((probe) => `${printProbe(probe)}: ${String(walks(program, probe))}`);
        expect(said).toEqual(
          probes.map((probe) => `${printProbe(probe)}: ${String(evaluator.allows(flowOf(state, probe)))}`),
        );
      });
    });
  },
);
