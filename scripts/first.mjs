/**
 * `npm start`, `npm test`, `npm run check`, `npm run bench`: each works as the very first command in a fresh clone.
 * Plain Node, no package: this file installs them.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const CLI_ENTRY = `${root}packages/cli/dist/hookwalk.js`;
const EXAMPLE =
  "trace -f test/nodes/calico-slave2 --iif eth0 --src 192.168.8.129 --dst 192.168.202.3 --proto tcp --dport 3306";

/** Commands that the kernel tests start, and the Debian package of each. */
const DEBIAN = [
  ["iptables-legacy-restore", "iptables"],
  ["nft", "nftables"],
  ["ipset", "ipset"],
  ["conntrack", "conntrack"],
  ["ip", "iproute2"],
];

const isRoot = process.getuid?.() === 0;

/** Runs a program of this project, or ends with its exit code. */
function run(/** @type {string} */ command, /** @type {readonly string[]} */ args, env = process.env) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", env });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Runs programs side by side and prints what each said when it ends; ends with 1 where one fails, once all have ended.
 * @param {readonly (readonly [name: string, bin: string, ...args: string[]])[]} steps
 */
async function runTogether(steps) {
  const results = steps.map(
    ([name, bin, ...args]) =>
      new Promise((resolve) => {
        const started = performance.now();
        const child = spawn(`${root}node_modules/.bin/${bin}`, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
        let said = "";
        for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
        child.on("close", (code) => {
          const seconds = ((performance.now() - started) / 1000).toFixed(1);
          process.stdout.write(code === 0 ? `  ${name}: ok, ${seconds} s\n` : `✗ ${name}, ${seconds} s\n${said}\n`);
          resolve(code === 0);
        });
      }),
  );
  if ((await Promise.all(results)).includes(false)) process.exit(1);
}

function modified(/** @type {string} */ path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

/** The newest file under a folder, tests left out. */
function newest(/** @type {string} */ folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && !entry.name.endsWith(".test.ts")) {
      time = Math.max(time, statSync(`${entry.parentPath}/${entry.name}`).mtimeMs);
    }
  }
  return time;
}

function install() {
  if (modified(`${root}node_modules/.package-lock.json`) >= modified(`${root}package-lock.json`)) return;
  process.stdout.write("· npm ci\n");
  run("npm", ["ci", "--no-audit", "--no-fund"]);
}

async function build() {
  const sources = ["packages/engine/src", "packages/cli/src", "scripts"].map((folder) => newest(root + folder));
  if (modified(CLI_ENTRY) >= Math.max(...sources, modified(`${root}package-lock.json`))) return;
  const { bundle } = await import("./build.mjs");
  process.stdout.write("· build\n");
  await bundle();
}

/** As root the suite may fetch what it needs; as anybody else it says what is left out. */
function installDebianPackages() {
  if (!isRoot) {
    process.stdout.write("! not root: the kernel tests will be SKIPPED; run `sudo npm test` for the whole suite\n");
    return;
  }
  const has = (/** @type {string} */ command) => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
  const missing = DEBIAN.filter(([command]) => !has(command ?? "")).map(([, name]) => name ?? "");
  if (missing.length === 0) return;
  if (!has("apt-get")) {
    process.stdout.write(`! no apt-get here: please install ${missing.join(", ")} for the kernel tests\n`);
    return;
  }
  process.stdout.write(`· apt-get install ${missing.join(" ")}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["-qq", "update"], env);
  run("apt-get", ["-qq", "install", "-y", "--no-install-recommends", ...missing], env);
}

/** Everything that can be said about the code without running it. */
async function checkStatically() {
  process.stdout.write("· prettier, tsc 7, eslint, dependency-cruiser, knip\n");
  await runTogether([
    ["types (tsc 7)", "tsc", "-b"],
    ["lint (eslint)", "eslint", ".", "--cache", "--cache-location", ".cache/eslint", "--max-warnings", "0"],
    ["format (prettier)", "prettier", "--check", "--log-level", "warn", "--cache", "."],
    ["import directions (dependency-cruiser)", "depcruise", "packages", "test", "bench", "scripts"],
    ["dead code (knip)", "knip", "--cache", "--cache-location", ".cache/knip"],
  ]);
}

function vitest(/** @type {readonly string[]} */ args, env = process.env) {
  process.stdout.write(`· vitest run ${args.join(" ")}\n`);
  run(`${root}node_modules/.bin/vitest`, ["run", ...args], env);
}

/** What each command does once packages and build stand. */
const JOBS = {
  start() {
    process.stdout.write(`$ npx hookwalk ${EXAMPLE}\n\n`);
    run(process.execPath, [CLI_ENTRY, ...EXAMPLE.split(" ")]);
    process.stdout.write(`
Try next:
  npx hookwalk trace -q -f test/nodes/calico-slave1 --iif cali0ef24b1 --src 192.168.8.129 --dst 192.168.202.3:3306 --flow
  npx hookwalk show -q -f test/nodes/calico-slave2 filter cali-pi-namespace-default
  npx hookwalk trace --help
`);
  },
  async check() {
    await checkStatically();
    vitest(["--project", "unit"]);
  },
  async test() {
    installDebianPackages();
    await checkStatically();
    await runTogether([
      ["types (tsc 6)", "tsc6", "-p", "packages/engine", "--noEmit"],
      ["engine's package (publint)", "publint", "packages/engine", "--strict"],
      ["cli's package (publint)", "publint", "packages/cli", "--strict"],
    ]);
    const mustHaveKernel = isRoot && process.env["CI"] === "true";
    vitest([], { ...process.env, ...(mustHaveKernel && { HOOKWALK_KERNEL: "require" }) });
  },
  async bench() {
    // Walks are measured on the engine as it is published, not on its sources.
    const { compile } = await import("./build.mjs");
    compile();
    run(`${root}node_modules/.bin/tsx`, ["bench/main.ts", ...process.argv.slice(3)]);
  },
};

const job = JOBS[/** @type {keyof typeof JOBS} */ (process.argv[2])];
if (job === undefined) {
  process.stderr.write(`usage: node scripts/first.mjs ${Object.keys(JOBS).join("|")}\n`);
  process.exit(2);
}
install();
await build();
await job();
