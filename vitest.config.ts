import { defineConfig } from "vitest/config";

/** Tests import the TypeScript sources of the packages: no build stands between a change and its test. */
const resolve = { conditions: ["hookwalk-source", "module", "node", "development|production"] };
const shared = { resolve, ssr: { resolve } };

/** Text in, values out: such tests leave nothing behind, so that the engine is loaded once for all of them. */
const pure = { pool: "threads", isolate: false } as const;

export default defineConfig({
  test: {
    // Both cores of a small machine: by itself vitest leaves one idle.
    maxWorkers: "100%",
    coverage: { include: ["packages/*/src/**/*.ts"], exclude: ["**/*.test.ts"] },
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: [
            "packages/**/src/**/*.test.ts",
            "test/cases/**/*.test.ts",
            "test/nodes/**/*.test.ts",
            "test/render/**/*.test.ts",
          ],
          // A busy machine is no failure.
          testTimeout: 60_000,
          ...pure,
        },
      },
      {
        ...shared,
        test: {
          name: "property",
          include: ["test/property/**/*.test.ts", "test/policy/**/*.test.ts"],
          testTimeout: 300_000,
          ...pure,
        },
      },
      {
        ...shared,
        test: {
          name: "cli",
          include: ["test/cli/**/*.test.ts"],
          globalSetup: ["test/cli/build.ts"],
          testTimeout: 30_000,
        },
      },
      {
        ...shared,
        test: {
          name: "kernel",
          include: ["test/kernel/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          // Each file has network namespaces of its own. Behind all others: what a kernel tells is waited for, and nothing else should be.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
