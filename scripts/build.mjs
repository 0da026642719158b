/**
 * Builds what users run: declarations and JavaScript of the packages (tsc), and the command line as one file (esbuild)
 * with lazily loaded chunks beside it for what only some commands need.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export const CLI_ENTRY = `${root}packages/cli/dist/hookwalk.js`;

const ENGINE = `${root}packages/engine/src/`;

/** Where each value of the engine's public surface stands. */
function engineExports() {
  /** @type {Map<string, string>} */
  const places = new Map();
  const index = readFileSync(`${ENGINE}index.ts`, "utf8");
  for (const [, names = "", path = ""] of index.matchAll(/^export (\*|\{[^}]*\}) from "(.*)";$/gm)) {
    const own = names === "*" ? exportsOf(readFileSync(ENGINE + path, "utf8")) : namesIn(names);
    for (const name of own) places.set(name, ENGINE + path);
  }
  return places;
}

/** @param {string} source */
function exportsOf(source) {
  return [...source.matchAll(/^export (?:async )?(?:const|function|class) (\w+)/gm)].map(([, name = ""]) => name);
}

/** @param {string} braces */
function namesIn(braces) {
  return braces.match(/\w+/g) ?? [];
}

/**
 * Imports of the engine's index as imports of what stands behind it. esbuild puts all that an index leads to into one chunk;
 * so each command waits for its own part of the engine alone.
 * @param {ReadonlyMap<string, string>} places
 * @returns {import("esbuild").Plugin}
 */
function directImports(places) {
  const direct = (/** @type {string} */ name) => {
    const place = places.get(name);
    if (place === undefined) throw new Error(`the engine does not export ${name}`);
    return `import { ${name} } from ${JSON.stringify(place)};`;
  };
  return {
    name: "direct-imports",
    setup({ onLoad }) {
      onLoad({ filter: /packages\/cli\/src\/.*\.ts$/ }, ({ path }) => {
        const contents = readFileSync(path, "utf8").replace(
          /^import \{([^}]*)\} from "@hookwalk\/engine";$/gm,
          (_, /** @type {string} */ names) => namesIn(names).map(direct).join(""),
        );
        return { contents, loader: "ts" };
      });
    },
  };
}

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
    plugins: [directImports(engineExports())],
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
