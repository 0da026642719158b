import { expect, it } from "vitest";
import { expectedOf, findCases, labelled, readCase, runOnKernel } from "../cases/case-runner.ts";
import { describeKernel } from "./require-kernel.ts";

const runnable = findCases()
  .map((path) => ({ path, kase: readCase(path) }))
  .filter(({ kase }) => kase.noKernel === null)
  .flatMap(({ path, kase }) => kase.backends.map((backend) => ({ path, kase, backend })));

/** Every case file on a real kernel: the lines in the files are what it says, today and here. */
describeKernel("case files on the kernel", () => {
  it.each(runnable)("$path, $backend", async ({ kase, backend }) => {
    expect(labelled(kase, await runOnKernel(kase, backend))).toEqual(labelled(kase, expectedOf(kase)));
  });
});
