import type { TargetExtension } from "./define.ts";
import { nptTarget } from "./npt.ts";

/** Exchanges the prefix of the destination address, without conntrack (RFC 6296). */
export const dnptTarget: TargetExtension = nptTarget("DNPT");
