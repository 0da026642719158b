import { describe } from "vitest";
import { whyNoLab } from "../../packages/cli/src/lab/available.ts";

const reason = await whyNoLab();
if (reason !== null && process.env["HOOKWALK_KERNEL"] === "require") throw new Error(`no kernel to ask: ${reason}`);
if (reason !== null) console.warn(`SKIPPED: kernel tests. ${reason}`);

/** `describe` for tests that need a kernel: skipped with a word where there is none, a failure where HOOKWALK_KERNEL=require. */
export const describeKernel: typeof describe.skip = describe.skipIf(reason !== null);
