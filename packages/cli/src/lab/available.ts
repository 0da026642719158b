import { HookwalkError } from "../errors.ts";
import { commandRunner } from "../process/command-runner.ts";
import { Namespace } from "./namespace.ts";
import { loadLibc } from "./native.ts";

const TOOLS: readonly string[] = [
  "ip",
  "nft",
  "ipset",
  "iptables-legacy-restore",
  "iptables-nft-restore",
  "ip6tables-legacy-restore",
];

/** Why no lab can be built here, in one sentence; null where one can. */
export async function whyNoLab(): Promise<string | null> {
  try {
    new Namespace(await loadLibc()).close();
    for (const tool of TOOLS) commandRunner.run([tool, "--version"]);
    return null;
  } catch (error) {
    if (error instanceof HookwalkError) return error.message;
    throw error;
  }
}
