import type { Address } from "../../base/address.ts";
import { assertNever } from "../../base/assert.ts";
import type { IpvsKey } from "../../model/ipvs.ts";
import type { Hook } from "../../program/program.ts";
import { PROTO } from "../../program/protocol.ts";
import type { Direction } from "../../program/test.ts";
import { addressTypeSet } from "../address-type.ts";
import { FALSE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { asEntered, within } from "../flow.ts";
import type { Flow } from "../flow.ts";
import { setMembers } from "../set.ts";
import type { Space } from "../space.ts";
import type { Passing } from "./passing.ts";

const SCHEDULED = [PROTO.tcp, PROTO.udp, PROTO.sctp];

/**
 * ip_vs_in_hook (net/netfilter/ipvs/ip_vs_core.c): packets for a virtual service go on to a server that IPVS chooses. What becomes of
 * them there is not looked at: unknown, never delivered.
 */
export function ipvsTakes({ space, end }: Passing, hook: Hook, here: Flow): Flow {
  const { bdd, program } = space;
  if (hook === "forward" || program.ipvs.kind === "unseen") return here;
  const asked = bdd.and(space.isAnyOf("proto", SCHEDULED), mayBeService(space));
  const taken = within(bdd, here, asEntered(bdd, here, asked));
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

/** Packets that may be for a service. */
function mayBeService(space: Space): Ref {
  const { bdd, program } = space;
  const { ipvs } = program;
  switch (ipvs.kind) {
    case "unseen":
      return FALSE;
    case "listed":
      return bdd.union(ipvs.services.map(({ key }) => keySet(space, key)));
    case "unlisted":
      return unlistedSet(space, ipvs.addresses);
    default:
      return assertNever(ipvs);
  }
}

/** ip_vs_service_find: by the mark, else by protocol, address and port. FTP's data may come from any port. */
function keySet(space: Space, key: IpvsKey): Ref {
  const { bdd, layout } = space;
  if (key.kind === "fwmark") return key.family === layout.family ? space.is("mark", key.mark) : FALSE;
  const { address, port, text } = key.end;
  if (address === null || port === null) return isService(space, text);
  if ((typeof address === "number") !== (layout.family === "ip")) return FALSE;
  const own = bdd.and(space.is("proto", key.proto), space.is("dst", address));
  return port === ANY_PORT || port === FTP ? own : bdd.and(own, space.is("dport", port));
}

const ANY_PORT = 0;
const FTP = 21;

function isService(space: Space, which: string): Ref {
  const what = `the packet is for a virtual service of IPVS (${which})`;
  return space.unknown(what, { what, why: "no ipvsadm-save dump" });
}

/** Where no dump lists them: the addresses of kube-ipvs0, and node ports, as far as kube-proxy's sets tell. */
function unlistedSet(space: Space, addresses: ReadonlySet<Address>): Ref {
  const { bdd, layout } = space;
  const own = [...addresses].filter((address) => (typeof address === "number") === (layout.family === "ip"));
  const onAddress = bdd.union(own.map((address) => space.is("dst", address)));
  const local = addressTypeSet(space, LOCAL_DST, (what) => isService(space, what));
  const loopback = layout.family === "ip" ? space.masked("dst", 0xff00_0000, 0x7f00_0000) : space.is("dst", 1n);
  const isNodes = bdd.minus(local, bdd.or(onAddress, loopback));
  const service = listedIn(space, SERVICE_SETS, ["dst", "dst"]);
  const nodePorts = NODE_PORT_SETS.map(([proto, name, directions]) =>
    bdd.and(space.is("proto", proto), listedIn(space, [name], directions) ?? isService(space, "node port")),
  );
  // An address of kube-ipvs0 may be of a service that no set has.
  const open = isService(space, "address of kube-ipvs0");
  return bdd.or(
    bdd.and(onAddress, service === null ? open : bdd.or(service, open)),
    bdd.and(isNodes, bdd.union(nodePorts)),
  );
}

const LOCAL_DST = { kind: "addrtype", field: "dst", types: ["LOCAL"], limit: null, negated: false } as const;

const SERVICE_SETS = ["CLUSTER-IP", "EXTERNAL-IP", "EXTERNAL-IP-LOCAL", "LOAD-BALANCER"];
const NODE_PORT_SETS = [
  [PROTO.tcp, "NODE-PORT-TCP", ["dst"]],
  [PROTO.udp, "NODE-PORT-UDP", ["dst"]],
  [PROTO.sctp, "NODE-PORT-SCTP-HASH", ["dst", "dst"]],
] as const;

/** Null: there is no such set. */
function listedIn(space: Space, names: readonly string[], directions: readonly Direction[]): Ref | null {
  const prefix = space.layout.family === "ip" ? "KUBE-" : "KUBE-6-";
  const sets = names.flatMap((name) => {
    const members = setMembers(space, {
      kind: "set",
      set: prefix + name,
      directions,
      negated: false,
      returnNomatch: false,
    });
    return members === null ? [] : [members];
  });
  return sets.length === 0 ? null : space.bdd.union(sets);
}
