import { z } from "zod";
import type { Address, Prefix } from "../../base/address.ts";
import type { Range } from "../../base/ranges.ts";
import type { Metadata } from "../fields.ts";
import { address, port, prefix, typeMeta, unread } from "../fields.ts";
import { FELIX_UNREAD } from "./felix-unread.ts";
import { calicoMetadata, deviceName, portRange, word } from "./fields.ts";

/**
 * projectcalico.org/v3 FelixConfiguration, as far as rules, sets, routes and sysctls depend on it. Null: the object does not say, and another one or
 * Felix's default counts. `default` is for all nodes, `node.NAME` for one.
 */
export interface FelixConfiguration {
  readonly kind: "FelixConfiguration";
  readonly metadata: Metadata;
  readonly spec: FelixSpec;
}

export interface FelixSpec {
  readonly interfacePrefix: readonly string[] | null;
  readonly chainInsertMode: "insert" | "append" | null;
  readonly defaultEndpointToHostAction: "DROP" | "ACCEPT" | "RETURN" | null;
  readonly iptablesFilterAllowAction: "ACCEPT" | "RETURN" | null;
  readonly iptablesMangleAllowAction: "ACCEPT" | "RETURN" | null;
  readonly iptablesFilterDenyAction: "DROP" | "REJECT" | null;
  readonly iptablesBackend: "Legacy" | "NFT" | "Auto" | null;
  readonly nftablesMode: "Enabled" | "Disabled" | "Auto" | null;
  readonly iptablesMarkMask: number | null;
  readonly nftablesMarkMask: number | null;
  readonly nftablesFilterAllowAction: "ACCEPT" | "RETURN" | null;
  readonly nftablesMangleAllowAction: "ACCEPT" | "RETURN" | null;
  readonly nftablesFilterDenyAction: "DROP" | "REJECT" | null;
  readonly logPrefix: string | null;
  readonly flowLogsGoldmaneServer: string | null;
  readonly flowLogsLocalReporter: "Enabled" | "Disabled" | null;
  readonly ipipEnabled: boolean | null;
  readonly vxlanEnabled: boolean | null;
  readonly vxlanPort: number | null;
  readonly allowVXLANPacketsFromWorkloads: boolean | null;
  readonly allowIPIPPacketsFromWorkloads: boolean | null;
  readonly disableConntrackInvalidCheck: boolean | null;
  readonly failsafeInboundHostPorts: readonly FailsafePort[] | null;
  readonly failsafeOutboundHostPorts: readonly FailsafePort[] | null;
  readonly kubeNodePortRanges: readonly Range[] | null;
  readonly natPortRange: Range | null;
  readonly natOutgoingAddress: Address | null;
  readonly natOutgoingExclusions: "IPPoolsOnly" | "IPPoolsAndHostIPs" | null;
  readonly iptablesNATOutgoingInterfaceFilter: string | null;
  readonly deviceRouteSourceAddress: Address | null;
  readonly deviceRouteSourceAddressIPv6: Address | null;
  readonly deviceRouteProtocol: number | null;
  readonly externalNodesList: readonly Prefix[] | null;
  readonly serviceLoopPrevention: "Drop" | "Reject" | "Disabled" | null;
  readonly workloadSourceSpoofing: "Disabled" | "Any" | null;
  readonly floatingIPs: "Enabled" | "Disabled" | null;
  readonly wireguardEnabled: boolean | null;
  readonly wireguardEnabledV6: boolean | null;
  readonly wireguardListeningPort: number | null;
  readonly wireguardListeningPortV6: number | null;
  readonly wireguardInterfaceName: string | null;
  readonly wireguardInterfaceNameV6: string | null;
  readonly wireguardHostEncryptionEnabled: boolean | null;
  readonly wireguardRoutingRulePriority: number | null;
  readonly ipv6Support: boolean | null;
  readonly ipForwarding: "Enabled" | "Disabled" | null;
  readonly bpfEnabled: boolean | null;
  /** "none": no rule for OpenStack's metadata. */
  readonly metadataAddr: Address | "none" | null;
  readonly metadataPort: number | null;
}

/** A port of the host that no policy can close. */
export interface FailsafePort {
  /** In small letters. */
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly port: number;
  /** Null: of both families, and from everywhere. */
  readonly net: Prefix | null;
}

const MAX_MARK = 0xffff_ffff;
/** Felix needs as many for its own uses: felix/config/config_params.go MarkMask. */
const FEWEST_MARK_BITS = 2;
const MAX_PROTOCOL = 255;
const MAX_PRIORITY = 32_765;

const flag = z.boolean().nullish();
const aPort = port.nullish();

const markMask = z
  .int()
  .min(0)
  .max(MAX_MARK)
  .refine((mask) => mask.toString(2).replaceAll("0", "").length >= FEWEST_MARK_BITS, "≥ 2 bits")
  .nullish();

const failsafe = z
  .strictObject({ protocol: word("tcp", "udp", "sctp"), port, net: prefix.nullish() })
  .transform(({ protocol, port, net }): FailsafePort => ({ protocol: protocol ?? "tcp", port, net: net ?? null }));

const prefixList = z
  .string()
  .regex(/^[a-zA-Z0-9_.-]{1,14}(,[a-zA-Z0-9_.-]{1,14})*$/, "PREFIX[,PREFIX]")
  .transform((text) => text.split(","));

const metadataAddr = z.string().transform((text, context) => {
  if (text.toLowerCase() === "none") return "none" as const;
  const read = address.safeParse(text);
  if (read.success) return read.data;
  context.addIssue({ code: "custom", message: "IP | None", input: text });
  return z.NEVER;
});

/** The kernel takes 29 characters in front of what it logs. */
const logPrefix = z
  .string()
  .regex(/^[^"\\\n]*$/, '[^"\\]*')
  .max(64);

const deviceFilter = z
  .string()
  .regex(/^[a-zA-Z0-9:._+-]*$/, "DEV | PREFIX+")
  .max(15);

const fields = {
  interfacePrefix: prefixList.nullish(),
  chainInsertMode: word("insert", "append"),
  defaultEndpointToHostAction: word("DROP", "ACCEPT", "RETURN"),
  iptablesFilterAllowAction: word("ACCEPT", "RETURN"),
  iptablesMangleAllowAction: word("ACCEPT", "RETURN"),
  iptablesFilterDenyAction: word("DROP", "REJECT"),
  iptablesBackend: word("Legacy", "NFT", "Auto"),
  nftablesMode: word("Enabled", "Disabled", "Auto"),
  iptablesMarkMask: markMask,
  nftablesMarkMask: markMask,
  nftablesFilterAllowAction: word("ACCEPT", "RETURN"),
  nftablesMangleAllowAction: word("ACCEPT", "RETURN"),
  nftablesFilterDenyAction: word("DROP", "REJECT"),
  logPrefix: logPrefix.nullish(),
  flowLogsGoldmaneServer: z.string().nullish(),
  flowLogsLocalReporter: word("Enabled", "Disabled"),
  ipipEnabled: flag,
  vxlanEnabled: flag,
  vxlanPort: aPort,
  allowVXLANPacketsFromWorkloads: flag,
  allowIPIPPacketsFromWorkloads: flag,
  disableConntrackInvalidCheck: flag,
  failsafeInboundHostPorts: z.array(failsafe).nullish(),
  failsafeOutboundHostPorts: z.array(failsafe).nullish(),
  kubeNodePortRanges: z.array(portRange).nullish(),
  natPortRange: portRange.nullish(),
  natOutgoingAddress: address.nullish(),
  natOutgoingExclusions: word("IPPoolsOnly", "IPPoolsAndHostIPs"),
  iptablesNATOutgoingInterfaceFilter: deviceFilter.nullish(),
  deviceRouteSourceAddress: address.nullish(),
  deviceRouteSourceAddressIPv6: address.nullish(),
  deviceRouteProtocol: z.int().min(0).max(MAX_PROTOCOL).nullish(),
  externalNodesList: z.array(prefix).nullish(),
  serviceLoopPrevention: word("Drop", "Reject", "Disabled"),
  workloadSourceSpoofing: word("Disabled", "Any"),
  floatingIPs: word("Enabled", "Disabled"),
  wireguardEnabled: flag,
  wireguardEnabledV6: flag,
  wireguardListeningPort: aPort,
  wireguardListeningPortV6: aPort,
  wireguardInterfaceName: deviceName.nullish(),
  wireguardInterfaceNameV6: deviceName.nullish(),
  wireguardHostEncryptionEnabled: flag,
  wireguardRoutingRulePriority: z.int().min(1).max(MAX_PRIORITY).nullish(),
  ipv6Support: flag,
  ipForwarding: word("Enabled", "Disabled"),
  bpfEnabled: flag,
  metadataAddr: metadataAddr.nullish(),
  metadataPort: aPort,
};

type FieldName = keyof typeof fields;
const FIELDS = Object.keys(fields) as readonly FieldName[];

const spec = z.strictObject({ ...fields, ...unread(...FELIX_UNREAD) }).transform((read): FelixSpec => {
  // Every field of FelixSpec is one of `fields`, absent as null.
  return Object.fromEntries(FIELDS.map((name) => [name, read[name] ?? null])) as unknown as FelixSpec;
});

export const felixConfiguration: z.ZodType<FelixConfiguration> = z
  .strictObject({ ...typeMeta, metadata: calicoMetadata, spec })
  .transform(({ metadata, spec }): FelixConfiguration => ({ kind: "FelixConfiguration", metadata, spec }));

/** projectcalico.org/v3 ClusterInformation: which version runs, and on what. */
export interface ClusterInformation {
  readonly kind: "ClusterInformation";
  readonly metadata: Metadata;
  /** `3.30.1`, without the `v`; null: not told. */
  readonly calicoVersion: string | null;
  /** `k8s,bgp,openstack` in small letters. */
  readonly clusterType: readonly string[];
}

const information = z
  .strictObject({
    calicoVersion: z
      .string()
      .regex(/^v?\d+\.\d+(\.\d+)?([-+].*)?$/, "vMAJOR.MINOR.PATCH")
      .nullish(),
    clusterType: z.string().nullish(),
    ...unread("clusterGUID", "datastoreReady", "variant", "cnxVersion"),
  })
  .transform(({ calicoVersion, clusterType }) => ({
    calicoVersion: calicoVersion?.replace(/^v/, "") ?? null,
    clusterType: (clusterType ?? "")
      .toLowerCase()
      .split(",")
      .filter((one) => one !== ""),
  }));

export const clusterInformation: z.ZodType<ClusterInformation> = z
  .strictObject({ ...typeMeta, metadata: calicoMetadata, spec: information })
  .transform(({ metadata, spec }): ClusterInformation => ({ kind: "ClusterInformation", metadata, ...spec }));
