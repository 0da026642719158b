import type { Address, Family } from "../base/address.ts";
import { bitsOf, familyOf, inNet, netOf, orAddress } from "../base/address.ts";
import { tableName } from "../compile/fib.ts";
import type { PhraseId } from "../messages/explain/phrase.ts";
import type { Link, Route } from "../model/routing.ts";
import { owners } from "../owners/owners.ts";
import type { Subject } from "./finding.ts";

/** A pod: the device that its packets come in by, and its address. Behind a bridge, one that a pod there may have. */
export interface Pod {
  readonly family: Family;
  readonly device: string;
  readonly address: Address;
}

/** Devices of pods, by what their owners have them for: one a pod, or a bridge that many are behind. */
const POD_DEVICES: ReadonlySet<PhraseId> = new Set<PhraseId>([
  "cilium-device-pod",
  "calico-device-workload",
  "aws-device-pod",
]);
const POD_BRIDGES: ReadonlySet<PhraseId> = new Set<PhraseId>(["cni-device-bridge", "weave-device-bridge"]);
/** Who routes a whole network of pods to one device, and takes each packet on from there. */
const CILIUM_HOST: PhraseId = "cilium-device-host";

/** So many are enough to show what becomes of pods. */
const MOST_PODS = 8;

/** Pods of this node, as far as devices, routes and addresses show them. */
export function podsOf(subject: Subject): readonly Pod[] {
  const links = subject.snapshot.links ?? [];
  const devices = links.filter(({ name }) => isFor(name, POD_DEVICES));
  const routed = mainRoutes(subject).flatMap((route) => podAtRoute(route, devices, subject));
  const bridged = links.filter(({ name }) => isFor(name, POD_BRIDGES)).flatMap(podsBehind);
  return [...routed, ...bridged].slice(0, MOST_PODS);
}

/** Addresses that pods of other nodes may have, by the routes that lead to their networks. */
export function remotePodsOf(subject: Subject): readonly Address[] {
  return mainRoutes(subject)
    .filter((route) => leadsToPods(route) && !holdsOwnAddress(route, subject))
    .slice(0, MOST_PODS)
    .map(({ dst }) => hostIn(dst.address));
}

function isFor(device: string, kinds: ReadonlySet<PhraseId>): boolean {
  const kind = deviceKind(device);
  return kind !== null && kinds.has(kind);
}

/** What a device is for by its name alone, whoever else is on the node; null: nobody known names one so. */
export function deviceKind(device: string): PhraseId | null {
  for (const { devices } of owners) {
    for (const { name, means } of devices) if (name.test(device)) return means;
  }
  return null;
}

function mainRoutes({ snapshot: { routes } }: Subject): readonly Route[] {
  const all = [...(routes.ip ?? []), ...(routes.ip6 ?? [])];
  return all.filter(({ table, type }) => tableName(table) === "main" && type === "unicast");
}

function podAtRoute(route: Route, devices: readonly Link[], subject: Subject): readonly Pod[] {
  const [hop] = route.nexthops;
  const { address, length } = route.dst;
  if (hop?.dev === undefined || hop.dev === null) return [];
  const family = familyOf(address);
  if (length === bitsOf(address)) {
    return devices.some(({ name }) => name === hop.dev) ? [{ family, device: hop.dev, address }] : [];
  }
  const [first] = devices;
  const isCiliumHost = deviceKind(hop.dev) === CILIUM_HOST;
  if (first === undefined || !isCiliumHost || !holdsOwnAddress(route, subject)) return [];
  return [{ family, device: first.name, address: hostIn(address) }];
}

function podsBehind({ name, addresses }: Link): readonly Pod[] {
  return addresses
    .filter(({ prefix, scope }) => scope === "global" && prefix.length < bitsOf(prefix.address))
    .map(({ prefix }) => ({
      family: familyOf(prefix.address),
      device: name,
      address: hostIn(netOf(prefix).value),
    }));
}

/** Does the network belong to this node, by an address of a device of its own in it? */
function holdsOwnAddress({ dst }: Route, { snapshot: { links } }: Subject): boolean {
  const net = netOf(dst);
  return (links ?? []).some(({ addresses }) => addresses.some(({ prefix }) => inNet(prefix.address, net)));
}

/** Of Calico's BGP and of its own routes (felix dataplane/linux/dataplanedefs: 80). */
const POD_PROTOCOLS: ReadonlySet<string | null> = new Set(["bird", "80"]);

function leadsToPods({ dst, nexthops, protocol }: Route): boolean {
  if (dst.length === 0 || dst.length === bitsOf(dst.address)) return false;
  if (POD_PROTOCOLS.has(protocol) && nexthops.length > 0) return true;
  return nexthops.some(({ dev }) => dev !== null && isFor(dev, TO_OTHER_NODES));
}

const TO_OTHER_NODES: ReadonlySet<PhraseId> = new Set<PhraseId>([
  "cilium-device-host",
  "cilium-device-tunnel",
  "calico-device-ipip",
  "calico-device-vxlan",
  "calico-device-wireguard",
  "flannel-device",
]);

/** An address in a network that is neither its first nor its gateway's. */
function hostIn(network: Address): Address {
  return orAddress(network, typeof network === "number" ? HOST : BigInt(HOST));
}

const HOST = 5;
