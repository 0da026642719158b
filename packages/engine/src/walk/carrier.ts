import type { Run } from "./run.ts";
import { dropped } from "./verdict.ts";
import type { Dropped } from "./verdict.ts";

/** dev_deactivate leaves a device without carrier the queue that takes nothing (noop_qdisc); null: it has carrier. */
export function lostWithoutCarrier({ program, skb }: Run, device: string | null): Dropped | null {
  const isDown = program.links.get(device ?? "")?.flags.includes("NO-CARRIER") === true;
  const hops = skb.route?.route?.nexthops ?? [];
  const isLinkDown = hops.some(({ dev, flags }) => dev === device && flags.includes("linkdown"));
  if (!isDown && !isLinkDown) return null;
  return dropped("carrier", `${device ?? ""} has no carrier: what is sent there is lost`);
}
