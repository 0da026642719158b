import { describe, expect, it } from "vitest";
import { whyNoLab } from "../../packages/cli/src/lab/available.ts";
import { expectedOf, findCases, labelled, readCase, runOnKernel } from "../cases/case-runner.ts";

const reason = await whyNoLab();
if (reason !== null && process.env["HOOKWALK_KERNEL"] === "require") throw new Error(`no kernel to ask: ${reason}`);
if (reason !== null) console.warn(`SKIPPED: every kernel test. ${reason}`);

const runnable = findCases()
  .map((path) => ({ path, kase: readCase(path) }))
  .filter(({ kase }) => kase.noKernel === null)
  .flatMap(({ path, kase }) => kase.backends.map((backend) => ({ path, kase, backend })));

/** Every case file on a real kernel: the lines in the files are what it says, today and here. */
describe.skipIf(reason !== null)("the kernel", () => {
  it.each(runnable)("$path, $backend", async ({ kase, backend }) => {
    expect(labelled(kase, await runOnKernel(kase, backend))).toEqual(labelled(kase, expectedOf(kase)));
  });
});
