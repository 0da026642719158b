import { z } from "zod";
import type { Address, Prefix } from "../../base/address.ts";
import { parsePrefix } from "../../base/address.ts";
import type { Metadata } from "../fields.ts";
import { address, prefix, typeMeta, unread, withDefault } from "../fields.ts";
import { calicoMetadata, list, namespacedMetadata, optional, prefixes } from "./fields.ts";

/** projectcalico.org/v3 NetworkSet and GlobalNetworkSet: networks that selectors can select. */
export interface CalicoNetworkSet {
  readonly kind: "CalicoNetworkSet";
  /** No namespace: a global one. */
  readonly metadata: Metadata;
  readonly nets: readonly Prefix[];
}

const setSpec = z.strictObject({ nets: prefixes, ...unread("allowedEgressDomains") });

function networkSetOf(metadata: z.ZodType<Metadata>): z.ZodType<CalicoNetworkSet> {
  return z
    .strictObject({ ...typeMeta, metadata, spec: setSpec })
    .transform(({ metadata, spec: { nets } }): CalicoNetworkSet => ({ kind: "CalicoNetworkSet", metadata, nets }));
}

export const networkSet: z.ZodType<CalicoNetworkSet> = networkSetOf(namespacedMetadata);
export const globalNetworkSet: z.ZodType<CalicoNetworkSet> = networkSetOf(calicoMetadata);

/** projectcalico.org/v3 IPPool. */
export interface CalicoIpPool {
  readonly kind: "CalicoIpPool";
  readonly metadata: Metadata;
  readonly cidr: Prefix;
  readonly ipipMode: TunnelMode;
  readonly vxlanMode: TunnelMode;
  readonly natOutgoing: boolean;
  readonly disabled: boolean;
}

export type TunnelMode = "Never" | "Always" | "CrossSubnet";

const mode = withDefault<TunnelMode>(z.enum(["Never", "Always", "CrossSubnet"]), "Never");
const off = withDefault(z.boolean(), false);

const poolSpec = z.strictObject({
  cidr: prefix,
  ipipMode: mode,
  vxlanMode: mode,
  natOutgoing: off,
  disabled: off,
  ...unread(
    ...["disableBGPExport", "blockSize", "nodeSelector", "namespaceSelector", "ipip", "nat-outgoing"],
    ...["allowedUses", "assignmentMode"],
  ),
});

const poolStatus = unread("status");

export const ipPool: z.ZodType<CalicoIpPool> = z
  .strictObject({ ...typeMeta, metadata: calicoMetadata, spec: poolSpec, ...poolStatus })
  .transform(({ metadata, spec }): CalicoIpPool => ({
    kind: "CalicoIpPool",
    metadata,
    cidr: spec.cidr,
    ipipMode: spec.ipipMode,
    vxlanMode: spec.vxlanMode,
    natOutgoing: spec.natOutgoing,
    disabled: spec.disabled,
  }));

/** projectcalico.org/v3 Node: what Calico knows of a node of the cluster. Null: not told. */
export interface CalicoNode {
  readonly kind: "CalicoNode";
  readonly metadata: Metadata;
  /** With the length of its network. */
  readonly ipv4: Prefix | null;
  readonly ipv6: Prefix | null;
  /** All addresses that other nodes may see, those two apart. */
  readonly addresses: readonly Address[];
  readonly ipipTunnel: Address | null;
  readonly vxlanTunnel: Address | null;
  readonly vxlanTunnelV6: Address | null;
  readonly wireguardV4: Address | null;
  readonly wireguardV6: Address | null;
}

const noAddress = optional(address);

const bgp = z.strictObject({
  ipv4Address: optional(prefix),
  ipv6Address: optional(prefix),
  ipv4IPIPTunnelAddr: noAddress,
  ...unread("asNumber", "routeReflectorClusterID"),
});
const NO_BGP = { ipv4Address: null, ipv6Address: null, ipv4IPIPTunnelAddr: null };

const wireguard = z.strictObject({ interfaceIPv4Address: noAddress, interfaceIPv6Address: noAddress });
const NO_WIREGUARD = { interfaceIPv4Address: null, interfaceIPv6Address: null };

const nodeSpec = z.strictObject({
  bgp: withDefault<z.infer<typeof bgp>>(bgp, NO_BGP),
  ipv4VXLANTunnelAddr: noAddress,
  ipv6VXLANTunnelAddr: noAddress,
  wireguard: withDefault<z.infer<typeof wireguard>>(wireguard, NO_WIREGUARD),
  addresses: list(z.strictObject({ address: z.string(), type: z.string().nullish() })),
  ...unread("vxlanTunnelMACAddr", "vxlanTunnelMACAddrV6", "orchRefs", "interfaces"),
});

export const calicoNode: z.ZodType<CalicoNode> = z
  .strictObject({ ...typeMeta, metadata: calicoMetadata, spec: nodeSpec, ...unread("status") })
  .transform(({ metadata, spec }): CalicoNode => ({
    kind: "CalicoNode",
    metadata,
    ipv4: spec.bgp.ipv4Address,
    ipv6: spec.bgp.ipv6Address,
    addresses: spec.addresses.flatMap(({ address: written }) => parsePrefix(written)?.address ?? []),
    ipipTunnel: spec.bgp.ipv4IPIPTunnelAddr,
    vxlanTunnel: spec.ipv4VXLANTunnelAddr,
    vxlanTunnelV6: spec.ipv6VXLANTunnelAddr,
    wireguardV4: spec.wireguard.interfaceIPv4Address,
    wireguardV6: spec.wireguard.interfaceIPv6Address,
  }));
