import { printAddress } from "../../base/address.ts";
import type { Hook } from "../../program/program.ts";
import { FALSE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { CT_STATE, CT_STATUS, hasEntry, statusBit } from "../fields.ts";
import { NOTHING, asEntered, assigned, bitNow, changed, computed, joinedAll, within } from "../flow.ts";
import type { Flow } from "../flow.ts";
import type { FieldName } from "../layout.ts";
import type { Space } from "../space.ts";
import { lost } from "./ipvs-schedule.ts";
import type { ForServer } from "./ipvs-server.ts";
import type { Passing } from "./passing.ts";

/** What the way of IPVS's packets needs of the journey. */
export interface Ways {
  readonly passing: Passing;
  readonly hook: Hook;
  /** IPVS keeps conntrack's entries. */
  readonly tracked: boolean;
  /** ip_route_output_key: the packets that are for this node, and the others with the device that they leave by. */
  readonly routed: (asked: Flow) => { readonly local: Ref; readonly leaving: Flow };
  /** The packets that the device takes. */
  readonly fitting: (flow: Flow) => Flow;
}

/** `cp->packet_xmit` (net/netfilter/ipvs/ip_vs_xmit.c), as walk/ipvs/transmit.ts does it for one packet. */
export interface Transmitted {
  /** For servers on this node: they go on at this hook. */
  readonly stays: Flow;
  /** For others: they go on as if this node had made them. */
  readonly leaves: Flow;
}

export function transmitted(ways: Ways, servers: readonly ForServer[]): Transmitted {
  const { bdd } = ways.passing.space;
  const masqueraded = servers.filter(({ method }) => method === "masq").map((one) => withServer(ways, one));
  const others = servers.filter(({ method }) => method !== "masq").map((one) => byItself(ways, one));
  const all = [masquerade(ways, joinedAll(bdd, masqueraded)), ...others];
  return {
    stays: joinedAll(
      bdd,
      all.map(({ stays }) => stays),
    ),
    leaves: joinedAll(
      bdd,
      all.map(({ leaves }) => leaves),
    ),
  };
}

/** ip_vs_nat_xmit: the destination becomes the server; conntrack's entry, if it is a new one, is told where answers will come from. */
function withServer({ passing: { space }, tracked }: Ways, { flow, address, port }: ForServer): Flow {
  const { bdd, layout, tuples } = space;
  if (flow.when === FALSE) return flow;
  const ends = [...assigned(layout.bits.dst, address), ...(port === null ? [] : assigned(layout.bits.dport, port))];
  const isNew = bdd.and(space.is("ctDirection", 0), bdd.not(bdd.variable(statusBit(layout, CT_STATUS.confirmed))));
  const told = tracked ? asEntered(bdd, flow, bdd.and(hasEntry(space), isNew)) : FALSE;
  const replied = (
    [
      ["replSrc", address],
      ["replSport", port],
    ] as const
  ).flatMap(([field, value]) =>
    !tuples.has(field) || value === null
      ? []
      : [...assigned(layout.bits[field], value)].map(
          ([level, bit]) => [level, bdd.ite(told, bit, bitNow(bdd, flow, level))] as const,
        ),
  );
  return changed(flow, [...ends, ...replied]);
}

function masquerade(ways: Ways, flow: Flow): Transmitted {
  const { space } = ways.passing;
  const { bdd } = space;
  if (flow.when === FALSE) return { stays: NOTHING, leaves: NOTHING };
  const { local, leaving } = ways.routed(asked(space, flow));
  const isStranger = bdd.and(isLoopback(space, "dst"), comesIn(space));
  const stays = without(ways, within(bdd, flow, local), isStranger, "what comes from outside does not get to loopback");
  return { stays: marked(ways, stays), leaves: sentTo(ways, back(space, flow, leaving)) };
}

/** Direct routing, tunnels, and a server that the kernel itself found to be this node: the packet keeps its destination. */
function byItself(ways: Ways, { flow, method, address }: ForServer): Transmitted {
  const { space } = ways.passing;
  const { bdd, layout } = space;
  if (flow.when === FALSE) return { stays: NOTHING, leaves: NOTHING };
  if (method === "local") return { stays: marked(ways, flow), leaves: NOTHING };
  const { local, leaving } = ways.routed(changed(asked(space, flow), assigned(layout.bits.dst, address)));
  const isForOther = ways.hook === "output" ? bdd.not(space.device("oif", "lo", false)) : FALSE;
  const words = "only masquerading turns a packet for another host to this node";
  const stays = marked(ways, without(ways, within(bdd, flow, local), isForOther, words));
  const going = back(space, flow, leaving);
  if (method === "route") return { stays, leaves: sentTo(ways, going) };
  lost(ways.passing, going, "unknown", `IPVS puts the packet into a tunnel to ${printAddress(address)}`);
  return { stays, leaves: NOTHING };
}

/** By the server's address alone, whatever the packet's source, mark or TOS (do_output_route4, __ip_vs_route_output_v6). */
const NOT_ASKED = ["src", "sport", "dport", "proto", "mark", "tos", "iif"] as const satisfies readonly FieldName[];

function asked({ layout }: Space, flow: Flow): Flow {
  const zero = layout.family === "ip" ? 0 : 0n;
  return changed(
    flow,
    NOT_ASKED.flatMap((field) => [...assigned(layout.bits[field], field === "src" ? zero : 0)]),
  );
}

/** The packets as they were when they were routed, with the device that they leave by. */
function back({ bdd, layout }: Space, flow: Flow, leaving: Flow): Flow {
  const fields = [...NOT_ASKED, "dst"] as const;
  return changed(
    leaving,
    fields.flatMap((field) =>
      layout.bits[field].flatMap((level) => (level === null ? [] : [[level, bitNow(bdd, flow, level)] as const])),
    ),
  );
}

/** __ip_vs_get_out_rt: TTL and MTU, as where packets are forwarded. */
function sentTo(ways: Ways, going: Flow): Flow {
  const { passing } = ways;
  const { bdd, layout } = passing.space;
  const words = "a loopback source does not leave for another host";
  const able = without(ways, going, isLoopback(passing.space, "src"), words);
  const alive = without(ways, able, passing.space.in("ttl", [{ from: 0, to: 1 }]), "TTL is 1 or 0");
  const here = ways.fitting(alive);
  if (here.when === FALSE) return here;
  const older = changed(
    here,
    computed(bdd, here, layout.bits.ttl, (ttl) => Math.max(0, ttl - 1)),
  );
  return marked(ways, older);
}

/** `ipvs_property`: IPVS does not look at the packet again. Where its conntrack is off the packet is untracked from here (ip_vs_notrack). */
function marked({ passing: { space }, tracked }: Ways, flow: Flow): Flow {
  const { bdd, layout } = space;
  if (flow.when === FALSE) return flow;
  const had = tracked ? FALSE : asEntered(bdd, flow, hasEntry(space));
  const states = [...assigned(layout.bits.ctState, CT_STATE.untracked)].map(
    ([level, bit]) => [level, bdd.ite(had, bit, bitNow(bdd, flow, level))] as const,
  );
  return changed(flow, [...assigned(layout.bits.ipvs, 1), ...(tracked ? [] : states)]);
}

function without({ passing }: Ways, flow: Flow, set: Ref, what: string): Flow {
  const { bdd } = passing.space;
  const gone = asEntered(bdd, flow, set);
  lost(passing, within(bdd, flow, gone), "drop", what);
  return within(bdd, flow, bdd.not(gone));
}

function isLoopback(space: Space, side: "src" | "dst"): Ref {
  return space.layout.family === "ip" ? space.masked(side, 0xff00_0000, 0x7f00_0000) : space.is(side, 1n);
}

function comesIn(space: Space): Ref {
  return space.bdd.not(space.bdd.or(space.noDevice("iif"), space.device("iif", "lo", false)));
}
