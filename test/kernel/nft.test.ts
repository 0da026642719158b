/**
 * What nft prints of random rulesets must be read without a diagnostic and printed back byte for byte; and what hookwalk
 * makes of a script must be to nft what the script is.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseNft, parseNftJson, printNft, printNftJson } from "@hookwalk/engine";
import type { NftTable } from "@hookwalk/engine";
import { findCases, readCase } from "../cases/case-runner.ts";
import { modelsOf } from "../nft-listings/listings.ts";
import { loadRuleset, nftRuleset } from "../property/generate-nft.ts";
import { describeKernel } from "./require-kernel.ts";

const SEED = 20_261_121;
const RUNS = 25;
const RUNS_OF_JSON = 10;
const NAMESPACE = `hookwalk-nft-${String(process.pid)}`;

function run(
  program: string,
  args: readonly string[],
  input = "",
): { readonly stdout: string; readonly stderr: string } {
  return spawnSync(program, args, { input, encoding: "utf8", env: { ...process.env, LC_ALL: "C", TZ: "UTC" } });
}

function nft(args: readonly string[], input = ""): { readonly stdout: string; readonly stderr: string } {
  return run("ip", ["netns", "exec", NAMESPACE, "nft", ...args], input);
}

function load(script: string): string {
  return nft(["-f", "-"], script).stderr;
}

function listing(...options: readonly string[]): string {
  return nft([...options, "list", "ruleset"]).stdout;
}

/** What is loaded: the kernel keeps what sets hold in an order of its own, and time goes on. */
function stateOf(tables: readonly NftTable[]): unknown {
  return JSON.parse(
    JSON.stringify(tables, (key, value: unknown) => {
      if (UNSTABLE.has(key)) return undefined;
      if (key !== "elements" || !Array.isArray(value)) return value;
      return value.map((element) => JSON.stringify(element)).sort();
    }),
  );
}

const UNSTABLE: ReadonlySet<string> = new Set(["span", "file", "line", "text", "handle", "expires"]);

function state(): unknown {
  return stateOf(parseNft(listing(), "f").value);
}

describeKernel("nft and hookwalk read what the other prints", () => {
  beforeAll(() => {
    run("ip", ["netns", "add", NAMESPACE]);
    run("ip", ["-n", NAMESPACE, "link", "add", "eth0", "type", "veth", "peer", "name", "eth1"]);
  });
  afterAll(() => {
    run("ip", ["netns", "del", NAMESPACE]);
  });

  it("random rulesets as nft lists them", () => {
    const property = fc.property(nftRuleset, (ruleset) => {
      load("flush ruleset\n");
      const rules = loadRuleset(ruleset, load);
      const text = listing();
      const { value, diagnostics } = parseNft(text, "f");
      expect(diagnostics).toEqual([]);
      expect(JSON.stringify(value)).not.toContain('"verbatim"');
      expect(value.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules)).length).toBeGreaterThan(
        rules.length,
      );
      expect(printNft(value)).toBe(text);
      const withHandles = listing("-a");
      expect(printNft(parseNft(withHandles, "f").value, { handles: true })).toBe(withHandles);
    });
    fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  });

  /** What is loaded, listed both ways, must be one model; and our JSON of the text must come to the same as nft's own. */
  function checkJson(): void {
    const [text, json] = [listing("-a"), listing("-j")];
    const { text: told, json: read } = modelsOf({ name: "", text, json });
    expect(read).toEqual(told);
    expect(printNftJson(parseNftJson(json, "f").value)).toBe(json);
    const itself = stateOf(parseNft(text, "f").value);
    const [own, ours] = [json, printNftJson(parseNft(text, "f").value)].map(reloaded);
    // Its own JSON nft does not always take back, nor to the same (devices of chains are not in it): ours comes to that, or to the ruleset.
    const isWhole = JSON.stringify(own) === JSON.stringify(itself);
    reloads[isWhole ? "whole" : "not"]++;
    expect([own, itself]).toContainEqual(ours);
  }

  /** What comes of a listing of JSON; null: nft does not take it. */
  function reloaded(json: string): unknown {
    const flushing = json.replace('{"nftables": [', '{"nftables": [{"flush": {"ruleset": null}}, ');
    // nft opens what JSON comes from, which no one can do with the socket that Node makes.
    const { stderr } = run("ip", ["netns", "exec", NAMESPACE, "sh", "-c", "cat | nft -j -f -"], flushing);
    return stderr === "" ? state() : null;
  }

  const reloads = { whole: 0, not: 0 };

  it("rulesets of cases, as JSON", () => {
    const scripts = findCases().flatMap((path) => readCase(path).files.filter(({ name }) => name === "nft"));
    for (const { text } of scripts) {
      if (load(`flush ruleset\n${text}`) === "") checkJson();
    }
  });

  it("random rulesets, as JSON", () => {
    const property = fc.property(nftRuleset, (ruleset) => {
      load("flush ruleset\n");
      loadRuleset(ruleset, load);
      checkJson();
    });
    fc.assert(property, { seed: SEED, numRuns: RUNS_OF_JSON, endOnFailure: true });
  });

  it("and nft takes most of its own JSON back", () => {
    expect(reloads.whole).toBeGreaterThan(reloads.not);
  });

  /** The script as hookwalk understands it, printed as a ruleset, must come to the same as the script itself. */
  function checkScript(script: string): void {
    const { value, diagnostics } = parseNft(script, "script.nft");
    expect(diagnostics).toEqual([]);
    expect(load(`flush ruleset\n${script}`)).toBe("");
    const itself = state();
    expect(load(`flush ruleset\n${printNft(value)}`)).toBe("");
    expect(state()).toEqual(itself);
  }

  it("random scripts", () => {
    const property = fc.property(nftRuleset, (ruleset) => {
      load("flush ruleset\n");
      const rules = loadRuleset(ruleset, load);
      checkScript(`${ruleset.tables}${rules.join("\n")}\n`);
    });
    fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  });

  it("a script as people write it", () => {
    checkScript(readFileSync(new URL("../fixtures/script.nft", import.meta.url), "utf8"));
  });
});
