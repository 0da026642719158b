import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vitest/config";
import { defineConfig } from "vitest/config";
import { compile } from "./scripts/build.mjs";

const ENGINE = fileURLToPath(new URL("packages/engine/", import.meta.url));

/** A module of the engine's; the tests beside it are none. */
const SOURCE = /\/packages\/engine\/src\/(.*)(?<!\.test)\.ts$/;

/**
 * Tests name the engine's TypeScript sources and get what tsc has made of them. Node runs that in two thirds of the time: to Vitest every name
 * that a module has of another one is a look-up in a dictionary. Who watches the sources, or counts which of their lines are run, has them as they stand.
 */
const isCompiled = process.argv.includes("run") && !process.argv.includes("--coverage");
if (isCompiled) compile();

const compiledEngine: Plugin = {
  name: "compiled-engine",
  enforce: "pre",
  resolveId(id, importer) {
    if (!id.startsWith(".") || importer === undefined) return null;
    const [, module] = SOURCE.exec(join(dirname(importer), id)) ?? [];
    return module === undefined ? null : `${ENGINE}dist/${module}.js`;
  },
};

const resolve = {
  conditions: [...(isCompiled ? [] : ["hookwalk-source"]), "module", "node", "development|production"],
};
const shared = { resolve, ssr: { resolve }, plugins: isCompiled ? [compiledEngine] : [] };

/** What Node loads by itself. */
const server = { deps: { external: [/\/packages\/engine\/dist\//] } };

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
          server,
          ...pure,
        },
      },
      {
        ...shared,
        test: {
          name: "property",
          include: ["test/property/**/*.test.ts", "test/policy/**/*.test.ts"],
          testTimeout: 300_000,
          server,
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
          server,
        },
      },
      {
        ...shared,
        test: {
          name: "kernel",
          include: ["test/kernel/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          server,
          // Each file has network namespaces of its own. Behind all others: what a kernel tells is waited for, and nothing else should be.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
