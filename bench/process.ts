import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** What one run of a program took, from its start to its end. */
export interface Cost {
  readonly seconds: number;
  /** User and system time, in clock ticks of 10 ms. */
  readonly cpuSeconds: number;
  /** User time alone: without what the kernel did for it. */
  readonly userSeconds: number;
  /** The most memory that was resident at once. */
  readonly peakMegabytes: number;
}

const SAMPLE_MS = 4;
const TICKS_PER_SECOND = 100;

/** Runs a program whose output nobody reads; throws with what it said where it fails. */
export async function measure(
  [program = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Cost> {
  const before = cpuOfChildren();
  const started = performance.now();
  const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, highWater(child.pid))), SAMPLE_MS);
  let said = "";
  child.stderr.on("data", (chunk) => (said += String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  }).finally(() => {
    clearInterval(timer);
  });
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${String(code)}\n${said}`);
  const after = cpuOfChildren();
  return {
    seconds,
    cpuSeconds: after.user + after.system - before.user - before.system,
    userSeconds: after.user - before.user,
    peakMegabytes: peak / 1024,
  };
}

/** cutime and cstime of /proc/self/stat (proc(5)): of all children that have ended. */
function cpuOfChildren(): { readonly user: number; readonly system: number } {
  // The program's name, in brackets, may itself hold blanks and brackets.
  const fields = readFileSync("/proc/self/stat", "latin1")
    .replace(/^.*\) /s, "")
    .split(" ");
  return { user: Number(fields[13]) / TICKS_PER_SECOND, system: Number(fields[14]) / TICKS_PER_SECOND };
}

/** VmHWM in kilobytes (proc(5)): a high-water mark, so that nothing between two looks is missed; 0 when the process has ended. */
function highWater(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, "latin1"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
