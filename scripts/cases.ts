import { readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Backend, CaseFile } from "../packages/cli/src/lab/case-file.ts";
import { rewriteCaseFile } from "../packages/cli/src/lab/case-file.ts";
import type { CaseResult } from "../test/cases/case-runner.ts";
import { CASES, expectedOf, findCases, labelled, readCase, runOnKernel, runOnWalk } from "../test/cases/case-runner.ts";

const USAGE = `Runs case files on the kernel and on the walk, and shows where one of them differs from the file.

  npm run cases -- [--update] [--walk|--kernel] [FILE…]

--update writes the expected lines, from the kernel alone; --walk and --kernel run only that one. Files are named
relative to test/cases or to the current directory; without a name all are run.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean", short: "h" },
    update: { type: "boolean" },
    walk: { type: "boolean" },
    kernel: { type: "boolean" },
  },
});
const both = values.walk !== true && values.kernel !== true;

function casePath(name: string): string {
  return findCases().find((path) => path === name) ?? relative(CASES, resolve(name));
}

/** Prints the first difference of a result, if any; whether there was one. */
function differs(what: string, kase: CaseFile, got: CaseResult, wanted: CaseResult): boolean {
  const [left, right] = [labelled(kase, wanted), labelled(kase, got)];
  const at = left.findIndex((line, index) => line !== right[index]);
  if (at < 0 && left.length === right.length) return false;
  const from = at < 0 ? left.length : at;
  const packet = left.slice(0, from + 1).findLast((line) => line.startsWith("line "));
  console.log(
    `✗ ${what}\n    ${packet ?? ""}\n    expected  ${left[from]?.trim() ?? "(end)"}\n    got       ${right[from]?.trim() ?? "(end)"}`,
  );
  return true;
}

async function attempt(what: string, run: () => Promise<boolean> | boolean): Promise<boolean> {
  try {
    return await run();
  } catch (error) {
    console.log(`✗ ${what}\n    ${error instanceof Error ? error.message : String(error)}`);
    return true;
  }
}

async function update(path: string, kase: CaseFile): Promise<boolean> {
  const results: [Backend, CaseResult][] = [];
  for (const backend of kase.backends) results.push([backend, await runOnKernel(kase, backend)]);
  const [first, ...others] = results;
  if (first === undefined) return false;
  for (const [backend, result] of others) {
    if (
      differs(`${path}: ${backend} differs from ${first[0]}, split the case; nothing written`, kase, result, first[1])
    )
      return true;
  }
  const file = join(CASES, path);
  writeFileSync(file, rewriteCaseFile(readFileSync(file, "utf8"), first[1]));
  return false;
}

async function check(path: string): Promise<boolean> {
  const kase = readCase(path);
  for (const problem of kase.problems) console.log(`✗ ${path}: ${problem}`);
  let failed = kase.problems.length > 0;
  if (values.update === true && kase.noKernel === null)
    failed = (await attempt(path, () => update(path, kase))) || failed;
  const wanted = expectedOf(readCase(path));
  for (const backend of kase.backends) {
    const kernel = `${path} kernel ${backend}`;
    const walk = `${path} walk ${backend}`;
    if (kase.noKernel === null && values.update !== true && (both || values.kernel === true)) {
      failed =
        (await attempt(kernel, async () => differs(kernel, kase, await runOnKernel(kase, backend), wanted))) || failed;
    }
    if (both || values.walk === true)
      failed = (await attempt(walk, () => differs(walk, kase, runOnWalk(kase, backend), wanted))) || failed;
  }
  return failed;
}

async function checkAll(paths: readonly string[]): Promise<void> {
  let failures = 0;
  for (const path of paths) if (await check(path)) failures++;
  console.log(`${String(paths.length)} cases, ${String(failures)} with differences`);
  process.exitCode = failures === 0 ? 0 : 1;
}

if (values.help === true) console.log(USAGE);
else await checkAll(positionals.length > 0 ? positionals.map(casePath) : findCases());
