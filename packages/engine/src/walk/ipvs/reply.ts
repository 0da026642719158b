import { routeOutput } from "../route.ts";
import type { Run } from "../run.ts";
import { ACCEPT, dropped } from "../verdict.ts";
import type { ChainVerdict } from "../verdict.ts";
import { destinationOf, sourceOf } from "./connections.ts";
import { ipvsError, isIcmp } from "./icmp.ts";
import { mark } from "./transmit.ts";

/** ip_vs_out_hook (net/netfilter/ipvs/ip_vs_core.c): the answer of a masqueraded server comes from its service. */
export function ipvsReply(run: Run): ChainVerdict {
  const { skb, hook, program } = run;
  if (skb.ipvs || program.ipvs.kind === "unseen") return ACCEPT;
  if (isIcmp(skb)) return ipvsError(run, program.ipvs, "reply");
  const from = sourceOf(skb);
  const connection = run.connections.ofReply(skb.base.proto, from, destinationOf(skb));
  if (connection === null) return ACCEPT;
  const to = connection.virtual;
  skb.src = to.address;
  skb.sport = to.port;
  run.steps.push({ kind: "nat", hook, what: "ipvs", from, to });
  mark(run, connection);
  return reroute(run);
}

/** ip_vs_route_me_harder: what goes to another host is routed as if this node had made it. */
function reroute(run: Run): ChainVerdict {
  const { skb, hook, program } = run;
  const reroutes = program.sysctl.number("net.ipv4.vs.snat_reroute", 1) !== 0;
  if (!reroutes || hook === "input" || skb.route?.type === "local") return ACCEPT;
  const routed = routeOutput(run, "reroute");
  if (routed.kind === "drop") return dropped("route", routed.what);
  skb.route = routed.choice;
  return ACCEPT;
}
