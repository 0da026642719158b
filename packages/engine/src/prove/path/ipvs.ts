import { PKT_TYPE } from "../../program/packet.ts";
import type { Hook } from "../../program/program.ts";
import { PROTO } from "../../program/protocol.ts";
import { TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { asEntered, joined, within } from "../flow.ts";
import type { Flow } from "../flow.ts";
import { servicesOf } from "./ipvs-services.ts";
import { schedule } from "./ipvs-schedule.ts";
import { unlistedSet } from "./ipvs-unlisted.ts";
import type { Passing } from "./passing.ts";

/** Protocols whose connections IPVS schedules (walk/ipvs/request.ts). */
const SCHEDULED = [PROTO.tcp, PROTO.udp, PROTO.sctp];

/**
 * ip_vs_in_hook (net/netfilter/ipvs/ip_vs_core.c): packets for a virtual service go on to a server that IPVS chooses. Those that come
 * back are not for one, or for a server on this node. Without a listing it is unknown what becomes of them, and never delivered.
 */
export function ipvsTakes(passing: Passing, hook: Hook, here: Flow): Flow {
  const { space } = passing;
  const { bdd, program } = space;
  const { ipvs } = program;
  if (hook === "forward" || ipvs.kind === "unseen") return here;
  const isLooked = bdd.intersection([
    space.isAnyOf("proto", SCHEDULED),
    space.is("ipvs", 0),
    hook === "output" ? TRUE : space.is("pktType", PKT_TYPE.host),
  ]);
  if (ipvs.kind === "unlisted")
    return endedUnlisted(passing, here, bdd.and(isLooked, unlistedSet(space, ipvs.addresses)));
  let rest = here;
  const done = servicesOf(space, ipvs).flatMap((asked) => {
    const own = within(bdd, here, asEntered(bdd, here, bdd.and(isLooked, asked.when)));
    rest = within(bdd, rest, bdd.not(own.when));
    return schedule(passing, asked, own);
  });
  return joined(bdd, rest, passing.transmit(hook, done, ipvs.conntrack));
}

function endedUnlisted({ space, end }: Passing, here: Flow, set: Ref): Flow {
  const { bdd } = space;
  const taken = within(bdd, here, asEntered(bdd, here, set));
  end({
    verdict: "unknown",
    delivery: "none",
    reason: "ipvs",
    what: "IPVS takes what is for its services from here",
    at: null,
    inside: null,
    flow: taken,
  });
  return within(bdd, here, bdd.not(taken.when));
}
