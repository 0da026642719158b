import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseNft, printIpset, printIptablesSave, printNft } from "@hookwalk/engine";
import type { Family, Snapshot } from "@hookwalk/engine";
import type { DesiredState } from "@hookwalk/engine/desired";
import type { Libc } from "../../packages/cli/src/lab/native.ts";
import { loadLibc } from "../../packages/cli/src/lab/native.ts";
import { commandRunner } from "../../packages/cli/src/process/command-runner.ts";
import { comparableNft } from "../comparable.ts";
import { evaluatorOf } from "../policy/evaluator/evaluate.ts";
import { flowOf } from "../policy/evaluator/flow-of.ts";
import { casesFor, placesOf, policyCases, readAll, UPLINK } from "../policy/objects.ts";
import type { Dataplane } from "../policy/objects.ts";
import type { Probe } from "../policy/probe.ts";
import { printProbe, probesOf } from "../policy/probe.ts";
import { randomObjects } from "../policy/random-objects.ts";
import { rendered } from "../policy/render.ts";
import { ask } from "./pods/ask.ts";
import { PodNetwork } from "./pods/pod-network.ts";
import { describeKernel } from "./require-kernel.ts";

const FAMILIES: readonly Family[] = ["ip", "ip6"];
/** Nothing has arrived for so long: what gets through is through, most of the time. */
const PATIENCE_MS = 100;
/** Where somebody else has the processor, a packet that gets through may take longer: what is not as expected is asked again, until it is there. */
const LONG_PATIENCE_MS = 3000;

const TOOLS = { ip: "iptables-legacy", ip6: "ip6tables-legacy" } as const;
const EMPTY = "*raw\nCOMMIT\n*mangle\nCOMMIT\n*nat\nCOMMIT\n*filter\nCOMMIT\n";

/** What was there goes, and the snapshot's rules and sets come. */
const LOADERS: Readonly<Record<Dataplane, (network: PodNetwork, snapshot: Snapshot) => void>> = {
  iptables(network, { tables, sets }) {
    for (const family of FAMILIES) network.run([`${TOOLS[family]}-restore`], EMPTY);
    network.run(["ipset", "destroy"]);
    network.run(["ipset", "restore"], printIpset(sets ?? []));
    for (const family of FAMILIES) network.run([`${TOOLS[family]}-restore`], printIptablesSave(tables[family] ?? []));
  },
  nftables(network, { nft }) {
    network.run(["nft", "-f", "-"], `flush ruleset\n${printNft(nft ?? [])}`);
  },
};

const CASES = policyCases();

/** Sets of policies at random. */
const RUNS = Number(process.env["HOOKWALK_POLICY_RUNS"] ?? 4);

function atRandom(): readonly (readonly [name: string, state: DesiredState])[] {
  return fc
    .sample(randomObjects(true), { numRuns: RUNS, seed: 20_261_127 })
    .map((text, at) => [`at random ${String(at)}`, readAll("random.yaml", text)] as const);
}

describeKernel("what Felix writes for nft is what nft then lists", () => {
  it.each([...CASES.map(({ name, state }) => [name, state] as const), ...atRandom()])("%s", (_name, state) => {
    const { nft } = rendered(casesFor(state, "nftables"));
    const script = "nft -f - && nft list ruleset";
    const { status, stdout, stderr } = commandRunner.run(["unshare", "--net", "sh", "-c", script], {
      stdin: printNft(nft ?? []),
    });
    expect(status, stderr).toBe(0);
    const { value, diagnostics } = parseNft(stdout, "nft");
    expect(diagnostics).toEqual([]);
    expect(comparableNft(value)).toEqual(comparableNft(nft ?? []));
  });
});

describeKernel.each<Dataplane>(["iptables", "nftables"])(
  "real connections through the rules get where the policies let them, %s",
  (dataplane) => {
    const places = placesOf(CASES[0]?.state ?? neverEmpty());
    let libc: Libc;
    let network: PodNetwork;
    let tried = 0;
    beforeAll(async () => {
      libc = await loadLibc();
      network = new PodNetwork(libc, places, UPLINK);
    });
    afterAll(() => {
      network.close();
    });

    it.each(CASES.map((each) => [each.name, each] as const))("%s", (_name, { state: objects, attempts }) => {
      const state = casesFor(objects, dataplane);
      const { allows } = evaluatorOf(state);
      LOADERS[dataplane](network, rendered(state));
      const tries = (probes: readonly Probe[], patienceMs: number): ReadonlySet<Probe> => {
        network.flushConntrack();
        return ask(libc, network, probes, patienceMs);
      };
      const probes = probesOf(places, attempts, FAMILIES);
      const isAllowed = (probe: Probe): boolean => allows(flowOf(state, probe));
      const through = tries(probes, PATIENCE_MS);
      const odd = probes.filter((probe) => through.has(probe) !== isAllowed(probe));
      const again = odd.length === 0 ? through : tries(odd, LONG_PATIENCE_MS);
      const wrong = odd.filter((probe) => again.has(probe) !== isAllowed(probe));
      expect(wrong.map((probe) => `${printProbe(probe)}: ${isAllowed(probe) ? "stopped" : "got through"}`)).toEqual([]);
      tried += probes.length;
    });

    it("of thousands of pairs", () => {
      expect(tried).toBeGreaterThan(2000);
    });
  },
);

function neverEmpty(): never {
  throw new Error("there are no cases");
}
