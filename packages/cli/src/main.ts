import { EXIT } from "./errors.ts";
import { versionLine } from "./version.ts";

// The reader of a pipe went away (`hookwalk … | head`): there is nobody left to tell.
process.stdout.on("error", () => process.exit(EXIT.ok));
process.on("SIGINT", () => process.exit(EXIT.interrupted));

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  // Asked by scripts and by people in a hurry: nothing else is loaded.
  process.stdout.write(versionLine());
} else {
  const { runCommandLine } = await import("./program.ts");
  process.exitCode = await runCommandLine(argv);
}
