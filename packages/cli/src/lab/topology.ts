import type { Family, InterfaceAddress, Link, Nexthop, Route, RoutingRule, Snapshot } from "@hookwalk/engine";
import { familyOf, printAddress, printPrefix } from "@hookwalk/engine";

/** What stands in for a device of the node. */
export type DeviceKind =
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

/** Is there a TAP behind the device? */
export function isWire(device: Device): boolean {
  return device.what.kind === "tap";
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
      return [["link add", link.name, ...addressWords(link), "type ifb"].join(" ")];
    case "bridge":
      return [`link add ${link.name} type bridge`];
    case "veth":
      return what.first ? [`link add ${link.name} type veth peer name ${what.peer}`] : [];
  }
}

function addressWords({ mac }: Link): readonly string[] {
  return mac !== null && mac.length === 17 && mac !== "00:00:00:00:00:00" ? ["address", mac] : [];
}

function settingCommands({ link, what }: Device): readonly string[] {
  if (what.kind === "loopback") return [];
  const { name, mtu, master } = link;
  const address = what.kind === "ifb" ? [] : addressWords(link);
  return [
    `link set ${name} addrgenmode none`,
    ...(mtu > 0 ? [`link set ${name} mtu ${String(mtu)}`] : []),
    ...(address.length === 0 ? [] : [["link set", name, ...address].join(" ")]),
    ...(master === null ? [] : [`link set ${name} master ${master}`]),
    // Without ARP the kernel sends at once, to an address of its own making: nobody has to answer on a wire.
    ...(what.kind === "tap" || link.flags.includes("NOARP") ? [`link set ${name} arp off`] : []),
    ...(link.group === null || link.group === "default" ? [] : [`link set ${name} group ${link.group}`]),
  ];
}

const KERNEL_LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1/8", "::1/128"]);

function addressCommand(device: string, address: InterfaceAddress): readonly string[] {
  const local = printPrefix(address.prefix);
  if (device === "lo" && KERNEL_LOOPBACK.has(local)) return [];
  const words = ["address add"];
  if (address.peer === null) words.push(local);
  else words.push(printAddress(address.prefix.address), "peer", printPrefix(address.peer));
  if (address.broadcast !== null) words.push("broadcast", printAddress(address.broadcast));
  words.push("scope", address.scope);
  if (address.label !== null && familyOf(address.prefix.address) === "ip") words.push("label", address.label);
  words.push("dev", device);
  if (address.flags.includes("noprefixroute")) words.push("noprefixroute");
  if (familyOf(address.prefix.address) === "ip6") words.push("nodad");
  return [words.join(" ")];
}

const TABLE_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["default", 253],
  ["main", 254],
  ["local", 255],
]);

/** Numbers for the table names of a node's rt_tables, which a dump does not hold. */
export class TableNumbers {
  readonly #numbers = new Map(TABLE_NUMBERS);

  of(table: string): string {
    if (/^\d+$/.test(table)) return table;
    const number = this.#numbers.get(table) ?? 10_000 + this.#numbers.size;
    this.#numbers.set(table, number);
    return String(number);
  }
}

/**
 * Lines for `ip -4|-6 -batch` that make the routes what the snapshot says. The kernel's own routes of the local table come
 * with the addresses; every other table that the snapshot lists is emptied first.
 */
export function routeCommands(family: Family, routes: readonly Route[], tables: TableNumbers): readonly string[] {
  const wanted = routes.filter(
    (route) => !(route.table === "local" && route.protocol === "kernel") && route.type !== "multicast",
  );
  const listed = new Set(wanted.map((route) => route.table).filter((table) => table !== "local"));
  // A gateway must be reachable when its route is added: what is on the link comes first.
  const byReach = [...wanted].sort((a, b) => Number(hasGateway(a)) - Number(hasGateway(b)));
  return [
    ...[...listed].filter((table) => table === "main").map((table) => `route flush table ${tables.of(table)}`),
    ...byReach.map((route) => routeCommand(family, route, tables)),
  ];
}

function hasGateway(route: Route): boolean {
  return route.nexthops.some((hop) => hop.via !== null);
}

function routeCommand(family: Family, route: Route, tables: TableNumbers): string {
  const words = ["route append", route.type, printPrefix(route.dst)];
  if (route.from !== null) words.push("from", printPrefix(route.from));
  if (route.tos !== null) words.push("tos", dsfield(route.tos));
  const [only, ...more] = route.nexthops;
  if (only !== undefined && more.length === 0) words.push(...nexthopWords(only));
  words.push("table", tables.of(route.table));
  if (route.scope !== null && family === "ip") words.push("scope", route.scope);
  if (route.prefSrc !== null) words.push("src", printAddress(route.prefSrc));
  if (route.metric !== null && route.metric > 0) words.push("metric", String(route.metric));
  for (const [name, value] of route.extras) {
    if (value !== null && KEPT_EXTRAS.has(name)) words.push(name, value);
  }
  if (more.length > 0) {
    for (const hop of route.nexthops) words.push("nexthop", ...nexthopWords(hop), "weight", String(hop.weight));
  }
  return words.join(" ");
}

/** ip reads it as hex, with or without 0x. */
function dsfield(tos: number): string {
  return `0x${tos.toString(16)}`;
}

/** Words of a route that a packet can feel. */
const KEPT_EXTRAS: ReadonlySet<string> = new Set(["mtu", "realm", "realms", "advmss"]);

function nexthopWords(hop: Nexthop): readonly string[] {
  const words: string[] = [];
  if (hop.via !== null) words.push("via", ...(typeof hop.via === "bigint" ? ["inet6"] : []), printAddress(hop.via));
  if (hop.dev !== null) words.push("dev", hop.dev);
  if (hop.flags.includes("onlink")) words.push("onlink");
  return words;
}

const DEFAULT_RULES: { readonly [F in Family]: ReadonlyMap<number, string> } = {
  ip: new Map([
    [0, "local"],
    [32_766, "main"],
    [32_767, "default"],
  ]),
  ip6: new Map([
    [0, "local"],
    [32_766, "main"],
  ]),
};

/**
 * Lines that make the policy rules what the snapshot says. The kernel's own rules are left alone where the snapshot has
 * them: only an untouched namespace keeps its local and main tables merged (net/ipv4/fib_frontend.c fib_unmerge).
 */
export function ruleCommands(family: Family, rules: readonly RoutingRule[], tables: TableNumbers): readonly string[] {
  const missing = new Map(DEFAULT_RULES[family]);
  const added: string[] = [];
  for (const rule of rules) {
    if (rule.action.kind === "lookup" && missing.get(rule.priority) === rule.action.table && isPlain(rule))
      missing.delete(rule.priority);
    else added.push(ruleCommand(rule, tables));
  }
  return [...added, ...[...missing].map(([priority]) => `rule del priority ${String(priority)}`)];
}

function isPlain(rule: RoutingRule): boolean {
  const selectors = [
    rule.from,
    rule.to,
    rule.tos,
    rule.fwmark,
    rule.iif,
    rule.oif,
    rule.uidRange,
    rule.ipproto,
    rule.sport,
    rule.dport,
  ];
  return !rule.not && selectors.every((selector) => selector === null) && rule.suppressPrefixLength === null;
}

function ruleCommand(rule: RoutingRule, tables: TableNumbers): string {
  const range = (value: { readonly from: number; readonly to: number }): string =>
    value.from === value.to ? String(value.from) : `${String(value.from)}-${String(value.to)}`;
  const words = ["rule add", "priority", String(rule.priority)];
  if (rule.not) words.push("not");
  words.push("from", rule.from === null ? "all" : printPrefix(rule.from));
  if (rule.to !== null) words.push("to", printPrefix(rule.to));
  if (rule.tos !== null) words.push("tos", dsfield(rule.tos));
  if (rule.fwmark !== null) words.push("fwmark", `${String(rule.fwmark.mark)}/${String(rule.fwmark.mask)}`);
  if (rule.iif !== null) words.push("iif", rule.iif);
  if (rule.oif !== null) words.push("oif", rule.oif);
  if (rule.uidRange !== null) words.push("uidrange", `${String(rule.uidRange.from)}-${String(rule.uidRange.to)}`);
  if (rule.ipproto !== null) words.push("ipproto", String(rule.ipproto));
  if (rule.sport !== null) words.push("sport", range(rule.sport));
  if (rule.dport !== null) words.push("dport", range(rule.dport));
  words.push(...ruleActionWords(rule, tables));
  return words.join(" ");
}

function ruleActionWords(rule: RoutingRule, tables: TableNumbers): readonly string[] {
  const { action } = rule;
  switch (action.kind) {
    case "lookup": {
      const words = ["table", tables.of(action.table)];
      if (rule.suppressPrefixLength !== null) words.push("suppress_prefixlength", String(rule.suppressPrefixLength));
      if (rule.suppressIfGroup !== null) words.push("suppress_ifgroup", rule.suppressIfGroup);
      return words;
    }
    case "goto":
      return ["goto", String(action.priority)];
    case "nop":
    case "blackhole":
    case "unreachable":
    case "prohibit":
    case "masquerade":
      return [action.kind];
  }
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
