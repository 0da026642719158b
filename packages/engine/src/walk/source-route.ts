import type { Run } from "./run.ts";
import { dropped } from "./verdict.ts";
import type { ChainVerdict } from "./verdict.ts";

const SOURCE_ROUTES: ReadonlySet<number> = new Set([131, 137]);

/** ip_rcv_options: source-routed packets only where both `all` and the device accept them (IN_DEV_SOURCE_ROUTE). */
export function optionsProblem({ skb, program }: Run): (ChainVerdict & { kind: "drop" | "unknown" }) | null {
  const options = skb.base.ipOptions ?? [];
  let routed = false;
  for (let i = 0; i < options.length && !routed;) {
    const kind = options[i] ?? 0;
    routed = SOURCE_ROUTES.has(kind);
    i += kind < 2 ? 1 : Math.max(2, options[i + 1] ?? 2);
  }
  if (!routed) return null;
  const accepted =
    program.sysctl.number("net.ipv4.conf.all.accept_source_route", 0) !== 0 &&
    program.sysctl.device("ipv4", skb.iif ?? "", "accept_source_route", 1) !== 0;
  if (!accepted) return dropped("route", "source-routed packets are not accepted");
  return { kind: "unknown", what: "the packet carries its own route" };
}
