import { z } from "zod";
import type { Address, Prefix } from "../../base/address.ts";
import type { Metadata } from "../fields.ts";
import { address, port, typeMeta, unread, withDefault } from "../fields.ts";
import type { EndpointPort } from "./fields.ts";
import {
  calicoMetadata,
  calicoProtocol,
  deviceName,
  fault,
  list,
  namespacedMetadata,
  portName,
  prefixes,
} from "./fields.ts";

/** projectcalico.org/v3 WorkloadEndpoint: a pod's or a virtual machine's link to its node. libcalico-go/lib/apis/internalapi/workloadendpoint.go. */
export interface WorkloadEndpoint {
  readonly kind: "WorkloadEndpoint";
  readonly metadata: Metadata;
  readonly node: string;
  readonly orchestrator: string;
  /** "": not told. */
  readonly pod: string;
  readonly serviceAccountName: string;
  /** Its addresses; each a host's. */
  readonly ipNetworks: readonly Prefix[];
  readonly ipNATs: readonly { readonly internal: Address; readonly external: Address }[];
  readonly profiles: readonly string[];
  /** The host's end of its link. */
  readonly interfaceName: string;
  /** Null: not told. */
  readonly mac: string | null;
  readonly ports: readonly EndpointPort[];
  readonly allowSpoofedSourcePrefixes: readonly Prefix[];
  readonly qos: WorkloadQos;
}

/** Limits that rules keep; null: none. Those of bandwidth are queueing disciplines, which no rule knows. */
export interface WorkloadQos {
  readonly ingressPacketRate: number | null;
  readonly ingressPacketBurst: number | null;
  readonly egressPacketRate: number | null;
  readonly egressPacketBurst: number | null;
  readonly ingressMaxConnections: number | null;
  readonly egressMaxConnections: number | null;
}

export const NO_QOS: WorkloadQos = {
  ingressPacketRate: null,
  ingressPacketBurst: null,
  egressPacketRate: null,
  egressPacketBurst: null,
  ingressMaxConnections: null,
  egressMaxConnections: null,
};

const MOST_PACKETS = 10_000;
const MOST_CONNECTIONS = 4_294_967_295;

const text = withDefault(z.string(), "");

const endpointPort = z
  .strictObject({ name: portName, protocol: calicoProtocol, port, ...unread("hostPort", "hostIP") })
  .transform(({ name, protocol, port }): EndpointPort => ({ name, protocol, port }));

/** 0 says that there is none. */
function limit(most: number) {
  return z
    .int()
    .min(0)
    .max(most)
    .nullish()
    .transform((value) => (value === 0 ? null : (value ?? null)));
}

const qos = z
  .strictObject({
    ingressPacketRate: limit(MOST_PACKETS),
    ingressPacketBurst: limit(MOST_PACKETS),
    egressPacketRate: limit(MOST_PACKETS),
    egressPacketBurst: limit(MOST_PACKETS),
    ingressMaxConnections: limit(MOST_CONNECTIONS),
    egressMaxConnections: limit(MOST_CONNECTIONS),
    ...unread(
      ...["ingressBandwidth", "ingressBurst", "ingressPeakrate", "ingressMinburst"],
      ...["egressBandwidth", "egressBurst", "egressPeakrate", "egressMinburst", "dscp"],
    ),
  })
  .transform((read): WorkloadQos => ({
    ingressPacketRate: read.ingressPacketRate,
    ingressPacketBurst: read.ingressPacketBurst,
    egressPacketRate: read.egressPacketRate,
    egressPacketBurst: read.egressPacketBurst,
    ingressMaxConnections: read.ingressMaxConnections,
    egressMaxConnections: read.egressMaxConnections,
  }));

const nat = z
  .strictObject({ internalIP: address, externalIP: address })
  .transform(({ internalIP, externalIP }) => ({ internal: internalIP, external: externalIP }));

const workloadSpec = z.strictObject({
  orchestrator: text,
  node: z.string().min(1),
  pod: text,
  serviceAccountName: text,
  ipNetworks: prefixes,
  ipNATs: list(nat),
  profiles: list(z.string().min(1)),
  interfaceName: deviceName,
  mac: z.string().nullish(),
  ports: list(endpointPort),
  allowSpoofedSourcePrefixes: prefixes,
  qosControls: qos.nullish(),
  ...unread("workload", "containerID", "endpoint", "ipv4Gateway", "ipv6Gateway"),
});

export const workloadEndpoint: z.ZodType<WorkloadEndpoint> = z
  .strictObject({ ...typeMeta, metadata: namespacedMetadata, spec: workloadSpec })
  .transform(({ metadata, spec }): WorkloadEndpoint => ({
    kind: "WorkloadEndpoint",
    metadata,
    node: spec.node,
    orchestrator: spec.orchestrator,
    pod: spec.pod,
    serviceAccountName: spec.serviceAccountName,
    ipNetworks: spec.ipNetworks,
    ipNATs: spec.ipNATs,
    profiles: spec.profiles,
    interfaceName: spec.interfaceName,
    mac: spec.mac ?? null,
    ports: spec.ports,
    allowSpoofedSourcePrefixes: spec.allowSpoofedSourcePrefixes,
    qos: spec.qosControls ?? NO_QOS,
  }));

/** projectcalico.org/v3 HostEndpoint: an interface of a host itself, or all of them. */
export interface HostEndpoint {
  readonly kind: "HostEndpoint";
  readonly metadata: Metadata;
  readonly node: string;
  /** `*`: all; "": the one that has an expected address. */
  readonly interfaceName: string;
  readonly expectedIPs: readonly Address[];
  readonly profiles: readonly string[];
  readonly ports: readonly EndpointPort[];
}

const hostSpec = z
  .strictObject({
    node: z.string().min(1),
    interfaceName: withDefault<string>(z.union([z.literal(["", "*"]), deviceName]), ""),
    expectedIPs: list(address),
    profiles: list(z.string().min(1)),
    ports: list(endpointPort),
  })
  .transform((spec, context) => {
    if (spec.interfaceName === "" && spec.expectedIPs.length === 0)
      fault(context, ["interfaceName"], '"*" | DEV (expectedIPs: [])', "");
    return spec;
  });

export const hostEndpoint: z.ZodType<HostEndpoint> = z
  .strictObject({ ...typeMeta, metadata: calicoMetadata, spec: hostSpec })
  .transform(({ metadata, spec }): HostEndpoint => ({ kind: "HostEndpoint", metadata, ...spec }));
