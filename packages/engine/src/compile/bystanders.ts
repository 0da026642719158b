import { extraOf } from "../ext/ip/phrase.ts";
import type { Link } from "../model/routing.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Beyond, Bystander, Station, Tunnel } from "../program/beyond.ts";
import { PROTO } from "../program/protocol.ts";
import { compileTunnels } from "./tunnels.ts";

/** One thing that sees packets and that no rule tells of: what shows that it is there, whom it concerns, what it does. */
interface Kind {
  readonly isThere: (snapshot: Snapshot) => boolean;
  readonly at: Station;
  /** Of these devices; absent: of packets of no device, once. */
  readonly of?: (link: Link, snapshot: Snapshot) => boolean;
  readonly protos?: readonly number[];
  readonly what: (device: string) => string;
}

const hasLink =
  (name: RegExp) =>
  ({ links }: Snapshot): boolean =>
    links?.some((link) => name.test(link.name)) === true;

const isNamed =
  (name: RegExp) =>
  (link: Link): boolean =>
    name.test(link.name);

const POD = /^(lxc|cali|veth|eni)/;

/** A pod's end of a pair is in the pod's own namespace. */
function isPod(link: Link): boolean {
  const isElsewhere = extraOf(link, "link-netnsid") !== undefined || extraOf(link, "link-netns") !== undefined;
  return POD.test(link.name) && (isElsewhere || link.peer !== null);
}

/** No program made it: a network card, or what a virtual machine has for one. */
function isNative(link: Link): boolean {
  return link.type === "ether" && link.kind === null && link.peer === null && /^(eth|en|bond|em|p\d)/.test(link.name);
}

function hasXdp(link: Link): boolean {
  return ["xdp", "xdpgeneric", "xdpoffload", "xdpdrv", "xdpmulti"].some((word) => extraOf(link, word) !== undefined);
}

const hasCilium = hasLink(/^cilium_host$/);
const hasCalicoBpf = hasLink(/^bpf(in|out)\.cali$/);

function callsPlugin(type: string): (snapshot: Snapshot) => boolean {
  return ({ cni }) => cni?.some(({ plugins }) => plugins.includes(type)) === true;
}

/** Services are not in rules: kube-proxy's chains are missing. */
function hasNoKubeProxy({ tables }: Snapshot): boolean {
  return tables.ip !== null && !tables.ip.some(({ chains }) => chains.some(({ name }) => name === "KUBE-SERVICES"));
}

const KINDS: readonly Kind[] = [
  {
    isThere: ({ links }) => links !== null,
    at: "enters",
    of: hasXdp,
    what: (device) => `an XDP program on ${device} sees packets first and may drop or redirect them`,
  },
  {
    isThere: hasCilium,
    at: "enters",
    of: isNamed(/^(lxc|cilium_)/),
    what: (device) =>
      `Cilium's BPF program on ${device} sees packets first and may drop, mark or redirect them past netfilter`,
  },
  {
    isThere: hasCilium,
    at: "enters",
    of: isNative,
    what: (device) =>
      `Cilium may have a BPF program on ${device}, which may translate packets or redirect them past netfilter`,
  },
  {
    isThere: hasCilium,
    at: "leaves",
    of: isNamed(/^lxc/),
    what: (device) => `Cilium's BPF program on ${device} comes next: its policy may drop the packet`,
  },
  {
    isThere: (snapshot) => hasCilium(snapshot) && hasNoKubeProxy(snapshot),
    at: "made",
    protos: [PROTO.tcp, PROTO.udp],
    what: () => "Cilium's socket load balancer puts a backend in the place of a service before the packet is made",
  },
  {
    isThere: hasCalicoBpf,
    at: "enters",
    of: (link) => isPod(link) || isNative(link),
    what: (device) =>
      `Calico's BPF program on ${device} sees packets first and may drop, mark or redirect them past netfilter`,
  },
  {
    isThere: hasCalicoBpf,
    at: "leaves",
    of: (link) => isPod(link) || isNative(link),
    what: (device) => `Calico's BPF program on ${device} comes next: its policy may drop the packet`,
  },
  {
    isThere: callsPlugin("istio-cni"),
    at: "enters",
    of: isPod,
    what: (device) => `the pod behind ${device} may have rules in its own namespace (istio-cni), which came first`,
  },
  {
    isThere: callsPlugin("istio-cni"),
    at: "leaves",
    of: isPod,
    what: (device) => `the pod behind ${device} may have rules in its own namespace (istio-cni), which come next`,
  },
];

/** What stands around netfilter here. */
export function compileBeyond(snapshot: Snapshot): Beyond {
  const links = snapshot.links ?? [];
  const tunnels = compileTunnels(links);
  const bystanders = new Map<string, Bystander[]>();
  const add = (at: Station, device: string, bystander: Bystander): void => {
    const key = `${at} ${device}`;
    const known = bystanders.get(key);
    if (known === undefined) bystanders.set(key, [bystander]);
    else known.push(bystander);
  };
  for (const { isThere, at, of, protos, what } of KINDS) {
    if (!isThere(snapshot)) continue;
    const devices = of === undefined ? [""] : links.filter((link) => of(link, snapshot)).map(({ name }) => name);
    for (const device of devices)
      add(at, device, { what: what(device), protos: protos === undefined ? null : new Set(protos), dport: null });
  }
  for (const tunnel of tunnels.values())
    for (const bystander of decapsulations(tunnel)) add("delivered", "", bystander);
  return { bystanders, tunnels };
}

/** What a kind of tunnel travels in; ports are the usual ones (IANA, and WireGuard's, which Calico and Cilium change by one). */
const CARRIERS: ReadonlyMap<string, { readonly proto: number; readonly ports: readonly (number | null)[] }> = new Map([
  ["vxlan", { proto: PROTO.udp, ports: [4789, 8472] }],
  ["geneve", { proto: PROTO.udp, ports: [6081] }],
  ["wireguard", { proto: PROTO.udp, ports: [51820, 51821, 51871] }],
  ["ipip", { proto: 4, ports: [null] }],
  ["sit", { proto: 41, ports: [null] }],
  ["gre", { proto: PROTO.gre, ports: [null] }],
]);

/** A packet of a tunnel that comes in: the one inside it is another packet. */
function decapsulations({ name, kind }: Tunnel): readonly Bystander[] {
  const carrier = CARRIERS.get(kind);
  const what = `${name} takes the packet: the one inside it (${kind}) comes in by ${name} and passes every hook from PREROUTING`;
  return (carrier?.ports ?? []).map((dport) => ({ what, protos: new Set([carrier?.proto ?? 0]), dport }));
}
