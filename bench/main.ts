import { cpus, totalmem } from "node:os";
import { benchBackends } from "./backends.ts";
import { benchCalico } from "./calico.ts";
import { benchNft } from "./nft.ts";
import { benchParse } from "./parse.ts";
import { benchGrowth } from "./growth.ts";
import { benchJourneys } from "./journeys.ts";
import { benchProve } from "./prove.ts";
import { benchRender } from "./render.ts";
import { printTargets } from "./target.ts";
import type { Target } from "./target.ts";
import { benchWalk } from "./walk.ts";

/**
 * Every benchmark. `npm run bench` runs them all, `npm run bench -- walk` that one. Walks come first: their peak memory is
 * this process's own, which has then held nothing else.
 */
const BENCHMARKS = new Map<string, () => readonly Target[] | Promise<readonly Target[]>>([
  ["walk", benchWalk],
  ["prove", benchProve],
  ["journeys", benchJourneys],
  ["backends", benchBackends],
  ["parse", benchParse],
  ["nft", benchNft],
  ["render", benchRender],
  ["calico", benchCalico],
  ["growth", benchGrowth],
]);

const named = process.argv.slice(2);
const unknown = named.filter((name) => !BENCHMARKS.has(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(", ")}; there are ${[...BENCHMARKS.keys()].join(", ")}`);
  process.exitCode = 2;
} else {
  const { length: cores, 0: cpu } = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  console.log(`${String(cores)} cores (${cpu?.model ?? "unknown"}), ${memory} GB, Node ${process.version}\n`);
  let targets: readonly Target[] = [];
  for (const [name, run] of BENCHMARKS) {
    if (named.length === 0 || named.includes(name)) targets = targets.concat(await run());
  }
  printTargets(targets);
}
