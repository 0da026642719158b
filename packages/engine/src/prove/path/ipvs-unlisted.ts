import type { Address } from "../../base/address.ts";
import { PROTO } from "../../program/protocol.ts";
import type { Direction } from "../../program/test.ts";
import { addressTypeSet } from "../address-type.ts";
import type { Ref } from "../bdd/bdd.ts";
import { setMembers } from "../set.ts";
import type { Space } from "../space.ts";

function isService(space: Space, which: string): Ref {
  const what = `the packet is for a virtual service of IPVS (${which})`;
  return space.unknown(what, { what, why: "no ipvsadm-save dump" });
}

/** Where no dump lists them: the addresses of kube-ipvs0, and node ports, as far as kube-proxy's sets tell. */
export function unlistedSet(space: Space, addresses: ReadonlySet<Address>): Ref {
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
