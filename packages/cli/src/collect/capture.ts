import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HookwalkError } from "../errors.ts";
import type { CommandRunner } from "../process/command-runner.ts";
import type { Listing } from "./listings.ts";
import { LISTINGS, VERSIONS } from "./listings.ts";

/** What a node said of itself. Each character of a text is one byte. */
export interface Capture {
  readonly files: ReadonlyMap<string, string>;
  /** What could not be had, and why. */
  readonly missing: ReadonlyMap<string, string>;
  readonly tools: Readonly<Record<string, string>>;
}

export interface CaptureOptions {
  /** A network namespace by its name; null: the one that the program runs in. */
  readonly netns: string | null;
  /** Before each step. */
  readonly onStep: (done: number, total: number, file: string) => void;
}

const TIMEOUT_MS = 60_000;
const CNI = "/etc/cni/net.d";

/** Runs every tool there is, one after the other. Reads only: nothing on the node is changed. */
export async function capture(runner: CommandRunner, { netns, onStep }: CaptureOptions): Promise<Capture> {
  const files = new Map<string, string>();
  const missing = new Map<string, string>();
  for (const [done, listing] of LISTINGS.entries()) {
    onStep(done, LISTINGS.length, listing.file);
    // Commands run synchronously: here an interrupt is heard.
    await new Promise((resolve) => setImmediate(resolve));
    if (listing.unless?.every((file) => files.has(file)) === true) continue;
    const taken = take(listing, runner, netns);
    if (taken.text === null) missing.set(listing.file, taken.why);
    else files.set(listing.file, taken.text);
  }
  takeCni(files, missing);
  return { files, missing, tools: versions(runner) };
}

type Taken = { readonly text: string } | { readonly text: null; readonly why: string };

function take(listing: Listing, runner: CommandRunner, netns: string | null): Taken {
  const { commands, needs, isEmptyWithout, mayFail, select } = listing;
  if (needs !== undefined && !existsSync(needs))
    return isEmptyWithout === true ? { text: "" } : { text: null, why: `there is no ${needs}` };
  let why = "";
  for (const command of commands) {
    const result = attempt(runner, inNetns(command, netns));
    if (result.text !== null && (result.why === "" || mayFail === true))
      return { text: select === undefined ? result.text : select(result.text) };
    why ||= result.why;
  }
  return { text: null, why };
}

function inNetns(command: readonly [string, ...string[]], netns: string | null): readonly [string, ...string[]] {
  return netns === null ? command : ["ip", "netns", "exec", netns, ...command];
}

/** What a command printed, and why it is not all; empty where it is. */
function attempt(
  runner: CommandRunner,
  argv: readonly [string, ...string[]],
): { readonly text: string | null; readonly why: string } {
  try {
    const { status, stdout, stderr } = runner.run(argv, { timeoutMs: TIMEOUT_MS, encoding: "latin1" });
    const [said = ""] = stderr.trim().split("\n");
    const why = status === 0 ? "" : said === "" ? `${argv.join(" ")} ended with status ${String(status)}` : said;
    return { text: status === 0 || stdout !== "" ? stdout : null, why };
  } catch (error) {
    if (error instanceof HookwalkError) return { text: null, why: error.message };
    throw error;
  }
}

/** Secrets that a CNI configuration may hold. */
const CNI_SECRET = /("[^"]*(?:token|password|secret|client_key|certificate)[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"/gi;

/** What the kubelet reads to make a pod's network; a host without one has no pods. */
function takeCni(files: Map<string, string>, missing: Map<string, string>): void {
  if (!existsSync(CNI)) return;
  try {
    const entries = readdirSync(CNI, { withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { name } of entries.filter((entry) => /\.(?:conflist|conf|json)$/.test(entry.name))) {
      files.set(`cni-${name}`, readFileSync(join(CNI, name), "latin1").replace(CNI_SECRET, '$1"…"'));
    }
  } catch (error) {
    missing.set("cni-*.conflist", error instanceof Error ? error.message : String(error));
  }
}

function versions(runner: CommandRunner): Readonly<Record<string, string>> {
  return Object.fromEntries(
    VERSIONS.flatMap(([tool, command]) => {
      const { text, why } = attempt(runner, command);
      const [version = ""] = text?.trim().split("\n") ?? [];
      return why === "" && version !== "" ? [[tool, version]] : [];
    }),
  );
}
