import type { Family } from "../base/address.ts";
import { familyOf } from "../base/address.ts";
import type { IpvsKey, IpvsService } from "../model/ipvs.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Ipvs, IpvsQuestion, IpvsTable } from "../program/ipvs.ts";
import { PROTO } from "../program/protocol.ts";

/** The device that kube-proxy gives the addresses of its services. */
const KUBE_IPVS = "kube-ipvs0";

/** kube-proxy sets it when it starts, whatever the kernel's default; masquerading depends on it. */
const CONNTRACK = "net.ipv4.vs.conntrack";

/** What IPVS does here. A listing that could not be read shows at least that it is in use. */
export function compileIpvs(snapshot: Snapshot): Ipvs {
  const device = snapshot.links?.find(({ name }) => name === KUBE_IPVS);
  if (snapshot.ipvs !== null) {
    const setting = snapshot.sysctls?.get(CONNTRACK)?.value;
    const isKubeProxys = device !== undefined;
    const conntrack = setting === undefined ? isKubeProxys : Number.parseInt(setting, 10) !== 0;
    return {
      ...compileServices(snapshot.ipvs),
      conntrack,
      assumed: setting === undefined && isKubeProxys ? `${CONNTRACK} is 1, as kube-proxy sets it` : null,
    };
  }
  if (device === undefined && !snapshot.files.some(({ format }) => format === "ipvsadm")) return { kind: "unseen" };
  return { kind: "unlisted", addresses: new Set((device?.addresses ?? []).map(({ prefix }) => prefix.address)) };
}

/** Are IPVS's hooks registered for a family? They are once it has a service there (ip_vs_ctl.c ip_vs_register_hooks). */
export function servesFamily(snapshot: Snapshot, ipvs: Ipvs, family: Family): boolean {
  if (ipvs.kind === "listed") return (snapshot.ipvs ?? []).some(({ key }) => familyOfKey(key) !== other(family));
  return ipvs.kind === "unlisted";
}

function other(family: Family): Family {
  return family === "ip" ? "ip6" : "ip";
}

/** Null: a name, which may be of either. */
function familyOfKey(key: IpvsKey): Family | null {
  if (key.kind === "fwmark") return key.family;
  return key.end.address === null ? null : familyOf(key.end.address);
}

function keyOf(proto: number, address: number | bigint, port: number): string {
  return `${String(proto)} ${String(address)} ${String(port)}`;
}

function compileServices(services: readonly IpvsService[]): Omit<IpvsTable, "conntrack" | "assumed"> {
  const byAddress = new Map<string, IpvsService>();
  const byMark = new Map<string, IpvsService>();
  const named: IpvsService[] = [];
  for (const service of services) {
    const { key } = service;
    if (key.kind === "fwmark") byMark.set(`${key.family} ${String(key.mark)}`, service);
    else if (key.end.address === null || key.end.port === null) named.push(service);
    else byAddress.set(keyOf(key.proto, key.end.address, key.end.port), service);
  }
  return {
    kind: "listed",
    services,
    named,
    find: (asked) =>
      (asked.mark === 0 ? undefined : byMark.get(`${asked.family} ${String(asked.mark)}`)) ??
      findByAddress(byAddress, asked),
  };
}

const FTP = 21;
const FTP_DATA = 20;
const FIRST_UNPRIVILEGED = 1024;
const ANY_PORT = 0;

/** ip_vs_service_find (ip_vs_ctl.c): its own port, then that of FTP's data, then any port. */
function findByAddress(
  services: ReadonlyMap<string, IpvsService>,
  { proto, address, port }: IpvsQuestion,
): IpvsService | null {
  const at = (number: number): IpvsService | undefined => services.get(keyOf(proto, address, number));
  const mayBeFtp = proto === PROTO.tcp && (port === FTP_DATA || port >= FIRST_UNPRIVILEGED);
  return at(port) ?? (mayBeFtp ? at(FTP) : undefined) ?? at(ANY_PORT) ?? null;
}
