import { familyOf } from "../../../base/address.ts";
import type { Address, Family } from "../../../base/address.ts";
import type { FelixConfiguration, FelixSpec } from "../../../desired/calico/felix-configuration.ts";
import type { CalicoState } from "../../../desired/calico/state.ts";
import type { DesiredState } from "../../../desired/state.ts";
import { markEra } from "../../../owners/calico/marks.ts";
import type { FailsafePort, FelixSettings, OpenStack } from "../input.ts";
import { DEFAULT_VERSION, hasFeature } from "../versions.ts";
import type { Feature } from "../versions.ts";

/** What is configured, for one node: `node.NAME` before `default`, field by field. Null: neither says anything. */
export function felixSpec(all: readonly FelixConfiguration[], node: string): FelixSpec | null {
  const [own, common] = configurationsOf(node).map((name) => all.find(({ metadata }) => metadata.name === name)?.spec);
  if (own === undefined || common === undefined) return own ?? common ?? null;
  return { ...common, ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== null)) };
}

/** The object that a field of {@link felixSpec} is from; null: none says anything of it. */
export function saidBy(
  all: readonly FelixConfiguration[],
  node: string,
  field: keyof FelixSpec,
): FelixConfiguration | null {
  const said = configurationsOf(node).flatMap((name) => all.filter(({ metadata }) => metadata.name === name));
  return said.find(({ spec }) => (spec[field] ?? null) !== null) ?? null;
}

/** The names of the objects that are about a node, first the one that decides. */
function configurationsOf(node: string): readonly string[] {
  return [`node.${node}`, "default"];
}

type Chosen<Defaults> = { readonly [Name in keyof Defaults]: NonNullable<FelixSpec[Name & keyof FelixSpec]> };

/** The fields that `defaults` has, each as it is configured, else by its default. */
function chosen<Defaults extends Partial<FelixSpec>>(spec: FelixSpec | null, defaults: Defaults): Chosen<Defaults> {
  const said = Object.entries(spec ?? {}).filter(([name, value]) => name in defaults && value !== null);
  // Every field of the defaults is there, and none is null.
  return { ...defaults, ...Object.fromEntries(said) };
}

/** What the node and its cluster are, as far as settings depend on it. */
export interface FelixPlace {
  readonly state: DesiredState;
  readonly calico: CalicoState;
  readonly node: string;
  readonly version: string;
  readonly spec: FelixSpec | null;
  /** The node's iptables and kernel know `--random-fully`. */
  readonly randomFully: boolean;
  /** kube-proxy runs in mode ipvs. */
  readonly isIpvs: boolean;
}

/** The version that runs: the node's own word, the cluster's, else the one that is taken for current. */
export function felixVersion({ nodeFacts, calico }: DesiredState, node: string): string {
  const facts = nodeFacts.find(({ metadata }) => metadata.name === node);
  const told = facts?.versions.get("calico") ?? calico.clusters.at(-1)?.calicoVersion ?? DEFAULT_VERSION;
  return told.replace(/[-+].*$/, "");
}

const tcp = (port: number): FailsafePort => ({ protocol: "tcp", port, net: null });
const udp = (port: number): FailsafePort => ({ protocol: "udp", port, net: null });

/** felix/config/config_params.go: what is open where nobody says. */
function failsafesOf(version: string): Readonly<Record<"inbound" | "outbound", readonly FailsafePort[]>> {
  const has = (feature: Feature): boolean => hasFeature(version, feature);
  if (!has("clusterFailsafes")) {
    const etcd = [2379, 2380, 4001, 7001].map(tcp);
    const [dhcp, dnsAndDhcp] = has("udpFailsafes") ? [[udp(68)], [udp(53), udp(67)]] : [[], []];
    return { inbound: [tcp(22), ...dhcp], outbound: [...etcd, ...dnsAndDhcp] };
  }
  // BGP, etcd, Typha, the API server, and etcd of old.
  const typha = has("typhaFailsafe") ? [5473] : [];
  const apiServer = has("apiServerFailsafe") ? [6443] : [];
  const cluster = [179, 2379, 2380, ...typha, ...apiServer, 6666, 6667].map(tcp);
  return { inbound: [tcp(22), udp(68), ...cluster], outbound: [udp(53), udp(67), ...cluster] };
}

/** felix/config/config_params.go. */
const DEFAULTS = {
  interfacePrefix: ["cali"],
  chainInsertMode: "insert",
  defaultEndpointToHostAction: "DROP",
  iptablesFilterAllowAction: "ACCEPT",
  iptablesMangleAllowAction: "ACCEPT",
  iptablesFilterDenyAction: "DROP",
  nftablesFilterAllowAction: "ACCEPT",
  nftablesMangleAllowAction: "ACCEPT",
  nftablesFilterDenyAction: "DROP",
  kubeNodePortRanges: [{ from: 30_000, to: 32_767 }],
  logPrefix: "calico-packet",
  allowVXLANPacketsFromWorkloads: false,
  allowIPIPPacketsFromWorkloads: false,
  disableConntrackInvalidCheck: false,
  serviceLoopPrevention: "Drop",
} as const satisfies Partial<FelixSpec>;

/** Of one family: what is configured, and Felix's defaults. */
export function felixSettings(place: FelixPlace, family: Family): FelixSettings {
  const { version, spec, isIpvs, randomFully } = place;
  const failsafes = failsafesOf(version);
  const said = chosen(spec, DEFAULTS);
  // Each dataplane has settings of its own: felix/config/config_params.go FilterAllowAction, MarkMask.
  const isNft = spec?.nftablesMode === "Enabled";
  return {
    version,
    interfacePrefixes: said.interfacePrefix,
    insertMode: said.chainInsertMode,
    markMask: (isNft ? spec.nftablesMarkMask : spec?.iptablesMarkMask) ?? markEra(version).defaultMask,
    endpointToHost: said.defaultEndpointToHostAction,
    ...actions(version, said, isNft),
    failsafeInbound: spec?.failsafeInboundHostPorts ?? failsafes.inbound,
    failsafeOutbound: spec?.failsafeOutboundHostPorts ?? failsafes.outbound,
    openStack: openStack(place, said.interfacePrefix),
    ...tunnels(place, family),
    ipvs: isIpvs && hasFeature(version, "endpointMarks") ? { nodePorts: said.kubeNodePortRanges } : null,
    randomFully: randomFully && hasFeature(version, "randomFully"),
    ...natSettings(version, spec),
    logPrefix: said.logPrefix,
    ...workloadTunnels(version, said),
    dropInvalid: !said.disableConntrackInvalidCheck,
    flowLogs: hasFlowLogs(place),
    serviceLoops: SERVICE_LOOPS[said.serviceLoopPrevention],
  };
}

type Actions = Pick<FelixSettings, "filterAllow" | "mangleAllow" | "deny">;

/** What becomes of packets that are accepted, and of those that are not. */
function actions(version: string, said: Chosen<typeof DEFAULTS>, isNft: boolean): Actions {
  if (isNft) {
    return {
      filterAllow: said.nftablesFilterAllowAction,
      mangleAllow: said.nftablesMangleAllowAction,
      deny: said.nftablesFilterDenyAction,
    };
  }
  const mayReturn = hasFeature(version, "allowAction");
  return {
    filterAllow: mayReturn ? said.iptablesFilterAllowAction : "ACCEPT",
    mangleAllow: said.iptablesMangleAllowAction,
    deny: said.iptablesFilterDenyAction,
  };
}

type WorkloadTunnels = Pick<FelixSettings, "allowVxlanFromWorkloads" | "allowIpipFromWorkloads">;

/** What workloads may tunnel; nothing where nobody could allow it. */
function workloadTunnels(version: string, said: Chosen<typeof DEFAULTS>): WorkloadTunnels {
  const may = hasFeature(version, "tunnelsFromWorkloads");
  return {
    allowVxlanFromWorkloads: may && said.allowVXLANPacketsFromWorkloads,
    allowIpipFromWorkloads: may && said.allowIPIPPacketsFromWorkloads,
  };
}

/** felix/config/config_params.go FlowLogsEnabled. */
function hasFlowLogs({ version, spec }: FelixPlace): boolean {
  const { flowLogsGoldmaneServer = "", flowLogsLocalReporter = "Disabled" } = spec ?? {};
  return (
    hasFeature(version, "flowLogs") && ((flowLogsGoldmaneServer ?? "") !== "" || flowLogsLocalReporter === "Enabled")
  );
}

const SERVICE_LOOPS = { Drop: "DROP", Reject: "REJECT", Disabled: null } as const;

type NatSettings = Pick<
  FelixSettings,
  "natPortRange" | "natOutgoingAddress" | "natOutgoingInterface" | "natSparesHosts"
>;

function natSettings(version: string, spec: FelixSpec | null): NatSettings {
  const filter = spec?.iptablesNATOutgoingInterfaceFilter ?? "";
  return {
    natPortRange: hasFeature(version, "natPortRange") ? (spec?.natPortRange ?? null) : null,
    natOutgoingAddress: hasFeature(version, "natOutgoingAddress") ? (spec?.natOutgoingAddress ?? null) : null,
    natOutgoingInterface: filter === "" ? null : filter,
    natSparesHosts: hasFeature(version, "allHostsNet") && spec?.natOutgoingExclusions === "IPPoolsAndHostIPs",
  };
}

type TunnelSettings = Pick<
  FelixSettings,
  "ipip" | "vxlan" | "vxlanPort" | "wireguard" | "hasWireguard" | "wireguardHosts"
>;

/** Each family has a device and a port of its own. */
const WIREGUARD = {
  wireguardEnabled: false,
  wireguardEnabledV6: false,
  wireguardInterfaceName: "wireguard.cali",
  wireguardInterfaceNameV6: "wg-v6.cali",
  wireguardListeningPort: 51_820,
  wireguardListeningPortV6: 51_821,
  wireguardHostEncryptionEnabled: false,
  vxlanPort: 4789,
} as const satisfies Partial<FelixSpec>;

/** A tunnel is on where a pool of the family uses it, unless somebody says otherwise. felix/calc/encapsulation_resolver.go. */
function tunnels(place: FelixPlace, family: Family): TunnelSettings {
  const { calico, node, spec } = place;
  const own = calico.nodes.find(({ metadata }) => metadata.name === node);
  const pools = calico.pools.filter(({ cidr }) => familyOf(cidr.address) === family);
  const hasIpip = spec?.ipipEnabled ?? pools.some(({ ipipMode }) => ipipMode !== "Never");
  const vxlanAddress = family === "ip" ? own?.vxlanTunnel : own?.vxlanTunnelV6;
  const said = chosen(spec, WIREGUARD);
  const devices = [said.wireguardInterfaceName, said.wireguardInterfaceNameV6];
  const isOn = said.wireguardEnabled || said.wireguardEnabledV6;
  return {
    ipip: family === "ip" && hasIpip ? { hasTunnelAddress: typeof own?.ipipTunnel === "number" } : null,
    vxlan: hasVxlan(place, pools, family) ? { hasTunnelAddress: isGiven(vxlanAddress) } : null,
    vxlanPort: said.vxlanPort,
    wireguard: wireguardOf(said, family),
    hasWireguard: isOn,
    wireguardHosts: isOn && said.wireguardHostEncryptionEnabled ? devices : null,
  };
}

function hasVxlan({ spec, version }: FelixPlace, pools: FelixPlace["calico"]["pools"], family: Family): boolean {
  if (!hasFeature(version, family === "ip" ? "vxlan" : "vxlanV6")) return false;
  return spec?.vxlanEnabled ?? pools.some(({ vxlanMode }) => vxlanMode !== "Never");
}

function isGiven(address: Address | null | undefined): boolean {
  return address !== null && address !== undefined;
}

function wireguardOf(said: Chosen<typeof WIREGUARD>, family: Family): FelixSettings["wireguard"] {
  if (family === "ip") {
    const { wireguardInterfaceName, wireguardListeningPort } = said;
    return said.wireguardEnabled ? { interface: wireguardInterfaceName, port: wireguardListeningPort } : null;
  }
  const { wireguardInterfaceNameV6, wireguardListeningPortV6 } = said;
  return said.wireguardEnabledV6 ? { interface: wireguardInterfaceNameV6, port: wireguardListeningPortV6 } : null;
}

const METADATA_PORT = 8775;
const METADATA_ADDRESS = 0x7f00_0001;

/** The cluster says that it is OpenStack, or a setting that only OpenStack changes: felix/config/config_params.go OpenstackActive. */
function openStack({ calico, spec, version }: FelixPlace, prefixes: readonly string[]): OpenStack | null {
  const address = spec?.metadataAddr ?? METADATA_ADDRESS;
  const port = spec?.metadataPort ?? METADATA_PORT;
  const isActive =
    calico.clusters.some(({ clusterType }) => clusterType.includes("openstack")) ||
    (address === "none" ? !hasFeature(version, "noneIsNoOpenStack") : address !== METADATA_ADDRESS) ||
    port !== METADATA_PORT ||
    prefixes.includes("tap");
  if (!isActive) return null;
  return { metadata: address === "none" ? null : { address, port } };
}
