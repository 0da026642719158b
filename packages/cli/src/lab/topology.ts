import type { InterfaceAddress, Link, Snapshot } from "@hookwalk/engine";
import { familyOf, printAddress, printPrefix } from "@hookwalk/engine";
import { ipLine, option, when } from "./ip-line.ts";

/** What stands in for a device of the node. */
type DeviceKind =
  | { readonly kind: "loopback" }
  /** A wire: whatever is at its other end is the lab. */
  | { readonly kind: "tap" }
  /** Stands in for dummy, which this kernel may lack: no ARP, and packets sent to it vanish. */
  | { readonly kind: "ifb" }
  | { readonly kind: "bridge" }
  /** `first` is the end whose line makes both. */
  | { readonly kind: "veth"; readonly peer: string; readonly first: boolean };

export interface Device {
  readonly link: Link;
  readonly what: DeviceKind;
}

/** Names that kubelet, kube-proxy and node-local-dns give to dummy devices. */
const DUMMY_NAMES = /^(kube-ipvs0|nodelocaldns|dummy\d*)$/;

/** The node's devices, in its order; those that only routes name are wires. */
export function planDevices(snapshot: Snapshot, extra: readonly string[]): readonly Device[] {
  const links = snapshot.links ?? [];
  const byName = new Map(links.map((link) => [link.name, link]));
  const bridges = new Set(links.map((link) => link.master).filter((master) => master !== null));
  const devices = links.map((link) => ({ link, what: kindOf(link, byName, bridges) }));
  const routed = [...(snapshot.routes.ip ?? []), ...(snapshot.routes.ip6 ?? [])].flatMap((route) =>
    route.nexthops.map((hop) => hop.dev),
  );
  for (const name of [...routed, ...extra]) {
    if (name === null || name === "lo" || byName.has(name)) continue;
    const link = wireNamed(name, devices.length + 2);
    byName.set(name, link);
    devices.push({ link, what: { kind: "tap" } });
  }
  return devices;
}

function kindOf(link: Link, byName: ReadonlyMap<string, Link>, bridges: ReadonlySet<string>): DeviceKind {
  if (link.name === "lo") return { kind: "loopback" };
  if (link.kind === "dummy" || link.kind === "ifb" || DUMMY_NAMES.test(link.name)) return { kind: "ifb" };
  if (link.kind === "bridge" || bridges.has(link.name)) return { kind: "bridge" };
  const peer = link.peer === null ? undefined : byName.get(link.peer);
  if (peer?.peer === link.name) return { kind: "veth", peer: peer.name, first: link.index < peer.index };
  return { kind: "tap" };
}

function wireNamed(name: string, index: number): Link {
  return {
    index,
    name,
    peer: null,
    flags: ["UP"],
    mtu: 1500,
    master: null,
    state: "UP",
    type: "ether",
    mac: null,
    kind: null,
    group: null,
    addresses: [],
    span: { file: "", line: 0 },
  };
}

/** Lines for `ip -batch`: devices with their settings and addresses, then up. TAPs exist already. */
export function deviceCommands(devices: readonly Device[]): readonly string[] {
  return [
    ...devices.flatMap(addCommand),
    ...devices.flatMap(settingCommands),
    ...devices.flatMap(({ link }) => link.addresses.flatMap((address) => addressCommand(link.name, address))),
    ...devices
      .filter(({ link, what }) => what.kind === "loopback" || link.flags.includes("UP"))
      .map(({ link }) => `link set ${link.name} up`),
  ];
}

function addCommand({ link, what }: Device): readonly string[] {
  switch (what.kind) {
    case "loopback":
    case "tap":
      return [];
    case "ifb":
      // Its address cannot be changed later.
      return [ipLine("link add", link.name, option("address", addressOf(link)), "type ifb")];
    case "bridge":
      return [`link add ${link.name} type bridge`];
    case "veth":
      return what.first ? [`link add ${link.name} type veth peer name ${what.peer}`] : [];
  }
}

function addressOf({ mac }: Link): string | null {
  return mac !== null && mac.length === 17 && mac !== "00:00:00:00:00:00" ? mac : null;
}

function settingCommands({ link, what }: Device): readonly string[] {
  if (what.kind === "loopback") return [];
  const { name, mtu, master, group } = link;
  // Without ARP the kernel sends at once, to an address of its own making: nobody has to answer on a wire.
  const isQuiet = what.kind === "tap" || link.flags.includes("NOARP");
  const settings = [
    "addrgenmode none",
    option("mtu", mtu > 0 ? mtu : null),
    option("address", what.kind === "ifb" ? null : addressOf(link)),
    option("master", master),
    option("arp", isQuiet ? "off" : null),
    option("group", group === "default" ? null : group),
  ];
  return settings.filter((setting) => setting !== null).map((setting) => `link set ${name} ${setting}`);
}

const KERNEL_LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1/8", "::1/128"]);

function addressCommand(device: string, address: InterfaceAddress): readonly string[] {
  const local = printPrefix(address.prefix);
  if (device === "lo" && KERNEL_LOOPBACK.has(local)) return [];
  const family = familyOf(address.prefix.address);
  const line = ipLine(
    "address add",
    address.peer === null ? local : `${printAddress(address.prefix.address)} peer ${printPrefix(address.peer)}`,
    option("broadcast", address.broadcast === null ? null : printAddress(address.broadcast)),
    option("scope", address.scope),
    option("label", family === "ip" ? address.label : null),
    option("dev", device),
    when(address.flags.includes("noprefixroute"), "noprefixroute"),
    when(family === "ip6", "nodad"),
  );
  return [line];
}

/** Permanent neighbours on devices that ask for them: bridges and veth pairs. */
export function neighbourCommands(snapshot: Snapshot, devices: readonly Device[]): readonly string[] {
  const asking = new Set(
    devices.filter(({ what }) => what.kind === "bridge" || what.kind === "veth").map(({ link }) => link.name),
  );
  return (snapshot.neighbours ?? [])
    .filter((neighbour) => neighbour.mac !== null && asking.has(neighbour.dev))
    .map(
      ({ address, mac, dev }) =>
        `neighbour replace ${printAddress(address)} lladdr ${mac ?? ""} dev ${dev} nud permanent`,
    );
}
