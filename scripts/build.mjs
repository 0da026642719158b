/**
 * Builds what users run: declarations and JavaScript of the packages (tsc), and the command line as one file (esbuild)
 * with lazily loaded chunks beside it for what only some commands need.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export const CLI_ENTRY = `${root}packages/cli/dist/hookwalk.js`;

/** The bundle that `bin/hookwalk.js` runs. Fast (0.2 s): no types are looked at. */
export async function bundle() {
  const { build } = await import("esbuild");
  rmSync(`${root}packages/cli/dist/chunks`, { recursive: true, force: true });
  await build({
    entryPoints: { hookwalk: `${root}packages/cli/src/main.ts` },
    outdir: `${root}packages/cli/dist`,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["hookwalk-source"],
    external: ["koffi"],
    // Its CommonJS build, which Node would get, cannot be imported lazily out of a bundle.
    alias: { yaml: `${root}node_modules/yaml/browser/index.js` },
    // CommonJS packages inside an ES module bundle still call require for Node's own modules.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
  });
}

/** What a published package holds beside the bundle: JavaScript and declarations of the engine. */
export function compile() {
  const { status } = spawnSync(`${root}node_modules/.bin/tsc`, ["-b", "packages/cli"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  compile();
  await bundle();
}
