import { HookwalkError } from "../errors.ts";
import { commandRunner } from "../process/command-runner.ts";
import { Namespace } from "./namespace.ts";
import { loadLibc } from "./native.ts";
import { closeTap, openTap } from "./tap.ts";

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
    const libc = await loadLibc();
    const namespace = new Namespace(libc);
    namespace.inside(() => {
      closeTap(libc, openTap(libc, "probe"));
    });
    namespace.close();
    for (const tool of TOOLS) commandRunner.run([tool, "--version"]);
    return null;
  } catch (error) {
    if (error instanceof HookwalkError) return error.message;
    throw error;
  }
}
