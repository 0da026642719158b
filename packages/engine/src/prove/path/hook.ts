import { assertNever } from "../../base/assert.ts";
import { PROTO } from "../../program/protocol.ts";
import { REROUTED_BY } from "../../program/reroute.ts";
import type { BaseChain, Hook, HookEntry, StackHook } from "../../program/program.ts";
import { addressesOfType } from "../address-type.ts";
import { baseChains, chainsFrom } from "../call-graph.ts";
import { ChainFlows } from "../chain.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { literals } from "../bdd/literals.ts";
import { CT_STATE, CT_STATUS, hasEntry, statusBit } from "../fields.ts";
import { NOTHING, asEntered, bitNow, chained, changed, hull, joined, tidied, within } from "../flow.ts";
import type { Flow } from "../flow.ts";
import type { FieldName } from "../layout.ts";
import { givenIn } from "../given.ts";
import { MANIPS, manipOf, withSomeEnd } from "../nat.ts";
import type { Manip } from "../nat.ts";
import type { Space } from "../space.ts";
import { tracked } from "../track.ts";
import { changedFields } from "../changed-fields.ts";
import { ipvsTakes } from "./ipvs.ts";
import type { Passing } from "./passing.ts";

/** nf_hook_slow: everything that is registered at a hook, in order. The packets that get through. */
export function passHook(passing: Passing, hook: Hook, coming: Flow): Flow {
  const { bdd, family } = passing.space;
  let here = tidied(bdd, whereRulesAreKnown(passing, hook, coming));
  for (const entry of family.hooks[hook]) {
    if (here.when === FALSE) return NOTHING;
    here = tidied(bdd, passEntry(passing, hook, entry, here), here.now);
  }
  return here;
}

/** The chains of a device: nf_ingress, nf_hook_egress (net/core/dev.c). */
export function passDevices(passing: Passing, hook: "ingress" | "egress", coming: Flow): Flow {
  const { bdd, family } = passing.space;
  let here = coming;
  for (const [device, chains] of family.devices[hook]) {
    const own = asEntered(bdd, here, passing.space.device(hook === "ingress" ? "iif" : "oif", device, false));
    const through = chains.reduce((so, base) => passBase(passing, hook, base, so), within(bdd, here, own));
    here = joined(bdd, within(bdd, here, bdd.not(own)), through);
  }
  return here;
}

function whereRulesAreKnown({ space, end }: Passing, hook: Hook, flow: Flow): Flow {
  const { bdd, family } = space;
  if (family.known) return flow;
  const what = `no ${family.family === "ip" ? "IPv4" : "IPv6"} rules are loaded`;
  const none = space.unknown(what, { what, why: family.whyUnknown });
  const without = within(bdd, flow, bdd.not(none));
  const words = `the rules of ${family.family === "ip" ? "iptables" : "ip6tables"} are not in the snapshot`;
  end({
    verdict: "unknown",
    delivery: "none",
    reason: "extension",
    what: `${words} (${hook})`,
    at: null,
    inside: null,
    flow: without,
  });
  return within(bdd, flow, none);
}

function passEntry(passing: Passing, hook: Hook, entry: HookEntry, here: Flow): Flow {
  const { space } = passing;
  switch (entry.kind) {
    case "defrag":
      return here;
    case "conntrack":
      return tracked(space, here);
    case "confirm":
      return confirmed(space, here);
    case "nat":
      return passNat(passing, hook, entry.chains, here);
    case "ipvs":
      return entry.role === "request" ? ipvsTakes(passing, hook, here) : here;
    case "chain": {
      const through = passBase(passing, hook, entry.chain, here);
      return entry.reroutes ? rerouted(passing, here, through, REROUTED_BY[space.layout.family]) : through;
    }
    default:
      return assertNever(entry);
  }
}

function confirmed(space: Space, here: Flow): Flow {
  const { bdd, layout } = space;
  const level = statusBit(layout, CT_STATUS.confirmed);
  return changed(here, [[level, bdd.or(bitNow(bdd, here, level), asEntered(bdd, here, hasEntry(space)))]]);
}

/** One base chain, with all that it calls, and its policy. */
function passBase(passing: Passing, hook: StackHook, base: BaseChain, coming: Flow): Flow {
  const { space, visit, end } = passing;
  const { bdd, layout, program } = space;
  if (coming.when === FALSE) return NOTHING;
  const reachable = chainsFrom([base], program.nftSets);
  const open = [...changedFields(reachable)].flatMap((field) => layout.bits[field]);
  const levels = open.filter((level) => level !== null);
  const packets = bdd.exists(hull(bdd, coming), bdd.cube(levels));
  const chains = new ChainFlows(space, base.table, {
    name: `${visit} ${hook} ${ownerOf(space, base)} ${base.table.family}`,
    hook,
    packets,
    changedSets: coming.changedSets,
    given: givenIn(space, reachable, new Map([[base.chain.name, literals(bdd, packets)]])),
  });
  const inside = chains.of(base.chain.name);
  if (inside === null) return coming;
  passing.visited({ hook, base, coming, chains });
  const at = { hook, base };
  for (const exit of ["drop", "reject", "queue", "unknown"] as const) {
    const reason = exit === "queue" ? "queue" : exit === "unknown" ? "extension" : "rule";
    end({
      verdict: exit,
      delivery: "none",
      reason,
      what: null,
      at,
      inside: null,
      flow: chained(bdd, coming, inside.exit(exit)),
    });
  }
  const accepted = chained(bdd, coming, inside.exit("accept"));
  const through = chained(bdd, coming, inside.exit("through"));
  if (base.policy === "ACCEPT") return joined(bdd, accepted, through);
  end({ verdict: "drop", delivery: "none", reason: "policy", what: null, at, inside: null, flow: through });
  return accepted;
}

/** Who made a table, where two have made one of its name: else a node's own view of iptables-nft has what nobody knows in common with legacy's. */
function ownerOf({ family }: Space, { table }: BaseChain): string {
  const isShared = [...baseChains(family)].some(
    ({ base }) =>
      base.table.name === table.name && base.table.family === table.family && base.table.owner !== table.owner,
  );
  return isShared ? table.owner : "";
}

/** nf_nat_inet_fn: NAT is decided by the first packet of a flow, once for each of its ends (net/netfilter/nf_nat_core.c). */
function passNat(passing: Passing, hook: Hook, chains: readonly BaseChain[], here: Flow): Flow {
  const { space } = passing;
  const { bdd, layout } = space;
  const manip = manipOf(hook);
  const done = statusBit(layout, MANIPS[manip].done);
  const isOpen = bdd.minus(decidesNat(space), bdd.variable(done));
  const deciding = asEntered(bdd, here, isOpen);
  let through = translated(space, hook, within(bdd, here, bdd.not(deciding)));
  let asking = within(bdd, here, deciding);
  for (const chain of chains) {
    const passed = passBase(passing, hook, chain, asking);
    const isMapped = bitNow(bdd, passed, done);
    through = joined(bdd, through, within(bdd, passed, isMapped));
    asking = within(bdd, passed, bdd.not(isMapped));
  }
  // nf_nat_alloc_null_binding: no rule spoke, so this end stays as it is.
  const bound = joined(bdd, through, changed(asking, asking.when === FALSE ? [] : [[done, TRUE]]));
  const settled = withSocketOfNewEnds(space, bound, manip);
  return hook === "output" ? rerouted(passing, here, settled, ["dst"]) : settled;
}

/** Packets that ask the NAT chains: of new flows, and of those that a helper expected; ICMP errors go with the flow that they are about. */
function decidesNat(space: Space): Ref {
  const { bdd } = space;
  const isIcmp = space.isAnyOf("proto", [PROTO.icmp, PROTO.icmp6]);
  return bdd.or(space.is("ctState", CT_STATE.new), bdd.minus(space.is("ctState", CT_STATE.related), isIcmp));
}

/** Packets of a flow that was translated before anybody looked: to what nobody knows. */
function translated(space: Space, hook: Hook, flow: Flow): Flow {
  const { bdd } = space;
  const manip = manipOf(hook);
  const known = bdd.intersection([bdd.not(decidesNat(space)), hasEntry(space), isMappedHere(space, manip)]);
  const set = asEntered(bdd, flow, known);
  const going = within(bdd, flow, set);
  if (going.when === FALSE) return flow;
  return joined(bdd, within(bdd, flow, bdd.not(set)), withSomeEnd(space, going, manip));
}

/** Packets of flows that have another end behind this kind of hook: answers have the other one of it. */
function isMappedHere(space: Space, manip: Manip): Ref {
  const other: Manip = manip === "src" ? "dst" : "src";
  return space.bdd.ite(space.is("ctDirection", 1), isTranslated(space, other), isTranslated(space, manip));
}

function isTranslated({ bdd, layout }: Space, manip: Manip): Ref {
  return bdd.variable(statusBit(layout, MANIPS[manip].changed));
}

/** Routes those anew in which one of the fields is no more what it was. */
function rerouted(passing: Passing, before: Flow, after: Flow, fields: readonly FieldName[]): Flow {
  const { bdd, layout } = passing.space;
  let same = after.when;
  // Within the packets that there are: most of these have no mark before, which keeps what is compared small.
  for (const level of fields.flatMap((field) => layout.bits[field])) {
    if (level === null || !after.now.has(level)) continue;
    same = bdd.minus(same, bdd.xor(bitNow(bdd, before, level), bitNow(bdd, after, level)));
  }
  if (same === after.when) return after;
  const going = passing.reroute(within(bdd, after, bdd.not(same)));
  return joined(bdd, within(bdd, after, same), going);
}

/** With other ends a lookup finds another socket: none for a flow that begins, and none that is transparent, since proxies are sent to without NAT. */
function withSocketOfNewEnds(space: Space, flow: Flow, manip: Manip): Flow {
  if (!space.sockets || flow.when === FALSE) return flow;
  const { bdd, layout } = space;
  const what = "a socket of this node has the connection as NAT makes it";
  const found = bdd.intersection([
    space.unknown(what, { what, why: "connections come and go" }),
    space.isAnyOf("proto", [PROTO.tcp, PROTO.udp]),
    addressesOfType(space, "dst", ["LOCAL"]),
    bdd.not(space.is("ctState", CT_STATE.new)),
  ]);
  const hasNewEnds = asEntered(bdd, flow, bdd.and(hasEntry(space), isMappedHere(space, manip)));
  const [transparent, plain] = layout.bits.socket;
  const next = [[transparent, FALSE] as const, [plain, asEntered(bdd, flow, found)] as const].flatMap(([level, bit]) =>
    level === undefined || level === null ? [] : [[level, bdd.ite(hasNewEnds, bit, bitNow(bdd, flow, level))] as const],
  );
  return changed(flow, next);
}
