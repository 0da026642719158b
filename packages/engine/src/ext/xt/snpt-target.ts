import type { TargetExtension } from "./define.ts";
import { nptTarget } from "./npt.ts";

/** Exchanges the prefix of the source address, without conntrack (RFC 6296). */
export const snptTarget: TargetExtension = nptTarget("SNPT");
