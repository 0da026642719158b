import { PROTO } from "../program/protocol.ts";
import { printProtocol } from "../base/protocols.ts";
import { list, phrase } from "../messages/explain/phrase.ts";
import type { Phrase, PlainPhraseId } from "../messages/explain/phrase.ts";
import type { IpvsEnd, IpvsMethod, IpvsService, RealServer } from "../model/ipvs.ts";
import type { Link } from "../model/routing.ts";
import type { Meaning } from "../owners/recognise.ts";
import { devicePhrase } from "./devices.ts";
import type { IpvsExplanation } from "./explanation.ts";
import type { Node } from "./node.ts";

/** Virtual servers of IPVS: what is sent to each, who gets it and how, whose it is. */
export function explainIpvs(node: Node): readonly IpvsExplanation[] {
  return (node.snapshot.ipvs ?? []).map((service) => explainService(service, node));
}

function explainService(service: IpvsService, node: Node): IpvsExplanation {
  const holder = holderOf(service, node);
  return {
    service,
    owner: (ownDevice(holder, node) ?? nodePortSet(service, node))?.owner ?? null,
    says: isServed(service) ? [sharedPhrase(service), ...staying(service)] : [idlePhrase(service)],
    notes: placeNotes(service, holder, node),
    servers: service.servers.map((server) => ({ server, says: serverPhrase(server) })),
  };
}

/** How schedulers of the kernel choose (net/netfilter/ipvs/ip_vs_*.c). */
const SCHEDULERS: ReadonlyMap<string, PlainPhraseId> = new Map<string, PlainPhraseId>([
  ["rr", "ipvs-rr"],
  ["wrr", "ipvs-wrr"],
  ["lc", "ipvs-lc"],
  ["wlc", "ipvs-wlc"],
  ["sed", "ipvs-sed"],
  ["nq", "ipvs-nq"],
  ["sh", "ipvs-sh"],
  ["mh", "ipvs-sh"],
  ["dh", "ipvs-dh"],
  ["lblc", "ipvs-lblc"],
  ["lblcr", "ipvs-lblc"],
  ["fo", "ipvs-fo"],
  ["ovf", "ipvs-ovf"],
  ["twos", "ipvs-twos"],
]);

/** Flags of schedulers that hash the port, too. */
const PORT_FLAGS: readonly string[] = ["sh-port", "mh-port"];

function isServed({ servers }: IpvsService): boolean {
  return servers.some(({ weight }) => weight > 0);
}

/** What no server can have is refused (ip_vs_core.c, ip_vs_leave). */
function idlePhrase(service: IpvsService): Phrase {
  return phrase(service.servers.length === 0 ? "ipvs-none" : "ipvs-idle", { key: keyPhrase(service) });
}

function sharedPhrase(service: IpvsService): Phrase {
  const { scheduler, servers, schedulerFlags } = service;
  const key = keyPhrase(service);
  const count = servers.length;
  const how = schedulerFlags.some((flag) => PORT_FLAGS.includes(flag)) ? "ipvs-sh-port" : SCHEDULERS.get(scheduler);
  const means = how === undefined ? phrase("ipvs-scheduler", { name: scheduler }) : phrase(how);
  return count === 1
    ? phrase("ipvs-one", { key, name: scheduler })
    : phrase("ipvs-shared", { key, count, means, name: scheduler });
}

function keyPhrase({ key }: IpvsService): Phrase {
  if (key.kind === "fwmark") return phrase("ipvs-mark", { mark: String(key.mark), family: key.family });
  const protocol = printProtocol(key.proto);
  return key.end.port === 0
    ? phrase("ipvs-every-port", { protocol, end: key.end.text })
    : phrase("ipvs-end", { protocol, end: key.end.text });
}

function staying({ persistence, onePacket }: IpvsService): readonly Phrase[] {
  const each = onePacket ? [phrase("ipvs-one-packet")] : [];
  if (persistence === null) return each;
  const { timeout: seconds, netmask, engine } = persistence;
  if (engine !== null) return [...each, phrase("ipvs-persistent-engine", { seconds, engine })];
  return netmask === null
    ? [...each, phrase("ipvs-persistent", { seconds })]
    : [...each, phrase("ipvs-persistent-network", { seconds, netmask })];
}

const METHODS: Readonly<Record<IpvsMethod, PlainPhraseId>> = {
  masq: "ipvs-masq",
  route: "ipvs-route",
  tunnel: "ipvs-tunnel",
  local: "ipvs-local",
};

function serverPhrase({ end, method, weight, tunnel }: RealServer): Phrase {
  const parts = [phrase(METHODS[method]), ...(tunnel === undefined ? [] : [tunnel])];
  return phrase(weight === 0 ? "ipvs-drained" : "ipvs-server", { end: end.text, how: list("plain", parts), weight });
}

/** The device that has a service's address. Null: none has, or no listing tells, or a mark selects. */
function holderOf({ key }: IpvsService, { snapshot }: Node): Link | null {
  const address = key.kind === "address" ? key.end.address : null;
  if (address === null) return null;
  return snapshot.links?.find(({ addresses }) => addresses.some(({ prefix }) => prefix.address === address)) ?? null;
}

/** Who holds service addresses on a device of its own. */
function ownDevice(holder: Link | null, { owners }: Node): Meaning | null {
  const meaning = holder === null ? null : owners.device(holder.name);
  return meaning?.means === "kube-device-ipvs" ? meaning : null;
}

const NODE_PORTS: ReadonlyMap<number, string> = new Map([
  [PROTO.tcp, "KUBE-NODE-PORT-TCP"],
  [PROTO.udp, "KUBE-NODE-PORT-UDP"],
]);

/** The set of node ports, where it has this one: kube-proxy's own addresses are those of the node there. */
function nodePortSet({ key }: IpvsService, { sets, owners }: Node): Meaning | null {
  if (key.kind !== "address" || key.end.port === null) return null;
  const name = NODE_PORTS.get(key.proto);
  const port = String(key.end.port);
  const isListed = name !== undefined && sets.get(name)?.elements.some(({ text }) => text === port) === true;
  return isListed ? owners.set(name, null) : null;
}

function placeNotes({ key }: IpvsService, holder: Link | null, node: Node): readonly Phrase[] {
  if (key.kind === "fwmark" || node.snapshot.links === null) return [];
  if (holder !== null) {
    return [phrase("ipvs-held", { address: addressText(key.end), device: devicePhrase(holder.name, "+", node) })];
  }
  return key.end.address === null ? [] : [phrase("ipvs-nowhere", { address: addressText(key.end) })];
}

/** `10.0.0.1` of `10.0.0.1:80`, `[fd00::1]:80`. */
function addressText({ text }: IpvsEnd): string {
  return text.replace(/:[^:\]]*$/, "").replace(/^\[(.*)\]$/, "$1");
}
