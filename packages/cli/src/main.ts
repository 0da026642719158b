import { setFlagsFromString } from "node:v8";
import { EXIT } from "./errors.ts";
import { versionLine } from "./version.ts";

// The reader of a pipe went away (`hookwalk … | head`): there is nobody left to tell.
process.stdout.on("error", () => process.exit(EXIT.ok));
process.on("SIGINT", () => process.exit(EXIT.interrupted));

/**
 * A command reads its files and keeps nearly all of what it made of them to its end, so that collecting young garbage finds
 * next to none: it is done seldom, and without threads that would wait for each other.
 */
const HEAP_FLAGS = ["--semi-space-growth-factor=8", "--no-parallel-scavenge"];

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  // Asked by scripts and by people in a hurry: nothing else is loaded.
  process.stdout.write(versionLine());
} else {
  for (const flag of HEAP_FLAGS) setFlagsFromString(flag);
  const { runCommandLine } = await import("./program.ts");
  process.exitCode = await runCommandLine(argv);
}
