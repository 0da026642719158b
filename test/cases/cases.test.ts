import { describe, expect, it } from "vitest";
import { expectedOf, findCases, labelled, readCase, runOnWalk } from "./case-runner.ts";

/** Every case file, walked: no kernel is needed, what the kernel said stands in the files. */
describe.each(findCases())("%s", (path) => {
  const kase = readCase(path);

  it("is well formed", () => {
    expect(kase.problems).toEqual([]);
    for (const lines of expectedOf(kase))
      expect(lines, "npm run cases -- --update writes the expected lines").not.toEqual([]);
  });

  it.each(kase.backends)("walks as the kernel does, %s", (backend) => {
    expect(labelled(kase, runOnWalk(kase, backend))).toEqual(labelled(kase, expectedOf(kase)));
  });
});
