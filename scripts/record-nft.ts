/**
 * Records both listings of many rulesets, `nft -a list ruleset` and `nft -j list ruleset`: those of the case files that have
 * tables of nft, and random ones. In a private network namespace:
 *
 *   npx tsx --conditions=hookwalk-source scripts/record-nft.ts > test/nft-listings/listings.txt
 *
 * Run as root on a machine with nft.
 */
import fc from "fast-check";
import { findCases, readCase } from "../test/cases/case-runner.ts";
import { printListings } from "../test/nft-listings/listings.ts";
import { loadRuleset, nftRuleset } from "../test/property/generate-nft.ts";
import { inNamespace, run } from "./recording.ts";

const SEED = 20_261_126;
const RANDOM = 20;

function record(name: string): void {
  const [text, json] = [run("nft -a list ruleset").stdout, run("nft -j list ruleset").stdout];
  if (text !== "") process.stdout.write(printListings({ name, text, json }));
  run("nft flush ruleset");
}

function load(script: string): string {
  return run("nft -f -", script).stderr;
}

inNamespace(() => {
  for (const device of ["eth0", "eth1", "eth2"]) run(`ip link add ${device} type dummy`);
  for (const path of findCases()) {
    const script = readCase(path).files.find(({ name }) => name === "nft")?.text;
    if (script === undefined) continue;
    load(script);
    record(path);
  }
  for (const [index, ruleset] of fc.sample(nftRuleset, { seed: SEED, numRuns: RANDOM }).entries()) {
    loadRuleset(ruleset, load);
    record(`random ${String(index + 1)}`);
  }
});
