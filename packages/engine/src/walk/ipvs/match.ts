import { inNet } from "../../base/address.ts";
import type { IpvsMethod } from "../../model/ipvs.ts";
import type { Negatable } from "../../model/ruleset.ts";
import type { Test } from "../../program/test.ts";
import type { Run } from "../run.ts";
import { destinationOf, sourceOf } from "./connections.ts";
import type { IpvsConnection } from "./connections.ts";

type IpvsTest = Test & { readonly kind: "ipvs" };

const METHODS: Readonly<Record<"GATE" | "IPIP" | "MASQ", IpvsMethod>> = { GATE: "route", IPIP: "tunnel", MASQ: "masq" };

const DIRECTIONS = { ORIGINAL: "original", REPLY: "reply" } as const;

/** ipvs_mt (net/netfilter/xt_ipvs.c); null: nothing shows whether IPVS is in use at all. */
export function evaluateIpvs(test: IpvsTest, run: Run): boolean | null {
  const { skb, program } = run;
  if (program.ipvs.kind === "unseen") return null;
  if (test.only !== null) return skb.ipvs === test.only;
  if (!skb.ipvs || !agrees(test.proto, (proto) => proto === skb.base.proto)) return false;
  const connection = servedBy(run);
  return connection !== null && matches(test, connection, run);
}

/** The connection that this packet of a client's belongs to, by the server that it goes to. */
function servedBy({ skb, scheduled, connections }: Run): IpvsConnection | null {
  const [client, server] = [sourceOf(skb), destinationOf(skb)];
  const known = connections.ofServer(skb.base.proto, client, server);
  if (known !== null || scheduled === null) return known;
  const isIts = scheduled.server.address === server.address && scheduled.server.port === server.port;
  return isIts && scheduled.client.address === client.address ? scheduled : null;
}

function matches(test: IpvsTest, { virtual, method }: IpvsConnection, { skb }: Run): boolean {
  return (
    agrees(test.vport, (port) => port === virtual.port) &&
    // No connection here is controlled by another one, as that of FTP's data is.
    agrees(test.vportctl, () => false) &&
    (test.vdir === null || skb.ct?.direction === DIRECTIONS[test.vdir]) &&
    agrees(test.vmethod, (name) => METHODS[name] === method) &&
    agrees(test.vaddr, (net) => inNet(virtual.address, net))
  );
}

function agrees<T>(wanted: Negatable<T> | null, isIt: (value: T) => boolean): boolean {
  if (wanted === null) return true;
  return isIt(wanted.value) !== wanted.negated;
}
