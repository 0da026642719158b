import type { Version } from "../../node/version.ts";

type Change = "oldest" | "filterFirewall" | "accessFilter" | "healthCheckSpared" | "outFilter";

/** What changed in the rules of mode ipvs, and in which version: pkg/proxy/ipvs/proxier.go, release by release. */
export const SINCE: Readonly<Record<Change, Version>> = {
  /** Nothing before is rendered: the health check's set. */
  oldest: [1, 21, 0],
  /** Source ranges are enforced in filter, and no longer by a mark in nat. */
  filterFirewall: [1, 25, 0],
  /** An address of a service answers on its ports alone, and loopback traffic is left in peace. */
  accessFilter: [1, 26, 0],
  /** The health check's port is spared by that filter. */
  healthCheckSpared: [1, 28, 0],
  /** What comes from the node itself is held to a load balancer's source ranges. */
  outFilter: [1, 29, 0],
};
