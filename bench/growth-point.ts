import { ANALYSES } from "./analyses.ts";
import type { Point } from "./growth.ts";

/** One analysis of one size in a process of its own, whose memory is then its own: `growth-point.ts NAME RULES`. Prints a `Point`. */
const [, , name, rules] = process.argv;
const analysis = ANALYSES.find((one) => one.name === name);
if (analysis === undefined) throw new Error(`no analysis ${String(name)}`);
const run = analysis.of(Number(rules));
const usage = process.cpuUsage();
run();
const point: Point = {
  rules: Number(rules),
  cpuSeconds: process.cpuUsage(usage).user / 1e6,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(point));
