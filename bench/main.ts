import { benchParse } from "./parse.ts";
import { benchWalk } from "./walk.ts";

/** Every benchmark. `npm run bench` runs them all, `npm run bench -- walk` that one. */
const BENCHMARKS: ReadonlyMap<string, () => void | Promise<void>> = new Map([
  ["parse", benchParse],
  ["walk", benchWalk],
]);

const named = process.argv.slice(2);
const unknown = named.filter((name) => !BENCHMARKS.has(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(", ")}; there are ${[...BENCHMARKS.keys()].join(", ")}`);
  process.exitCode = 2;
} else {
  for (const [name, run] of BENCHMARKS) {
    if (named.length === 0 || named.includes(name)) await run();
  }
}
