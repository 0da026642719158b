import { z } from "zod";
import type { Address } from "../base/address.ts";
import type { PodAnnotations } from "./calico/pod-annotations.ts";
import { podAnnotations } from "./calico/pod-annotations.ts";
import type { Metadata } from "./fields.ts";
import { address, namespacedMetadata, port, typeMeta, unread, withDefault } from "./fields.ts";
import type { ServiceProtocol } from "./service.ts";
import { protocol } from "./service.ts";

/** v1 Pod, as far as the network knows it. */
export interface Pod {
  readonly kind: "Pod";
  readonly metadata: Metadata;
  /** "": not scheduled yet. */
  readonly nodeName: string;
  readonly hostNetwork: boolean;
  /** "": none. */
  readonly serviceAccountName: string;
  /** Ports of its containers, then those of its init containers. */
  readonly ports: readonly ContainerPort[];
  /** Of each family at most one; empty: none yet. */
  readonly addresses: readonly Address[];
  /** Its containers have ended for good: the address may be another's already. */
  readonly isFinished: boolean;
  /** What Calico's CNI plugin, and who uses it, wrote on it. */
  readonly calico: PodAnnotations;
}

export interface ContainerPort {
  /** "" where it has none. */
  readonly name: string;
  readonly protocol: ServiceProtocol;
  readonly port: number;
}

const containerPort = z
  .strictObject({
    name: withDefault(z.string(), ""),
    protocol: withDefault<ServiceProtocol>(protocol, "TCP"),
    containerPort: port,
    ...unread("hostIP", "hostPort"),
  })
  .transform(({ name, protocol, containerPort }): ContainerPort => ({ name, protocol, port: containerPort }));

const container = z
  .strictObject({
    ports: withDefault<readonly ContainerPort[]>(z.array(containerPort), []),
    ...unread(
      ...["args", "command", "env", "envFrom", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "name"],
      ...["readinessProbe", "resizePolicy", "resources", "restartPolicy", "restartPolicyRules", "securityContext"],
      ...["startupProbe", "stdin", "stdinOnce", "terminationMessagePath", "terminationMessagePolicy", "tty"],
      ...["volumeDevices", "volumeMounts", "workingDir"],
    ),
  })
  .transform(({ ports }) => ports);

const containers = withDefault<readonly (readonly ContainerPort[])[]>(z.array(container), []);

const spec = z.strictObject({
  containers,
  initContainers: containers,
  nodeName: withDefault(z.string(), ""),
  hostNetwork: withDefault(z.boolean(), false),
  serviceAccountName: withDefault(z.string(), ""),
  ...unread(
    ...["activeDeadlineSeconds", "affinity", "automountServiceAccountToken", "dnsConfig", "dnsPolicy"],
    ...["enableServiceLinks", "ephemeralContainers", "hostAliases", "hostIPC", "hostPID", "hostUsers", "hostname"],
    ...["hostnameOverride", "imagePullSecrets", "nodeSelector", "os", "overhead", "preemptionPolicy", "priority"],
    ...["priorityClassName", "readinessGates", "resourceClaims", "resources", "restartPolicy", "runtimeClassName"],
    ...["schedulerName", "schedulingGates", "securityContext", "serviceAccount", "setHostnameAsFQDN"],
    ...["shareProcessNamespace", "subdomain", "terminationGracePeriodSeconds", "tolerations"],
    ...["topologySpreadConstraints", "volumes", "workloadRef"],
  ),
});

const status = z.strictObject({
  phase: z.string().nullish(),
  podIP: z.union([z.literal(""), address]).nullish(),
  podIPs: z.array(z.strictObject({ ip: address })).nullish(),
  ...unread(
    ...["allocatedResources", "conditions", "containerStatuses", "ephemeralContainerStatuses"],
    ...["extendedResourceClaimStatus", "hostIP", "hostIPs", "initContainerStatuses", "message"],
    ...["nominatedNodeName", "observedGeneration", "qosClass", "reason", "resize", "resourceClaimStatuses"],
    ...["resources", "startTime"],
  ),
});

const FINISHED: ReadonlySet<string> = new Set(["Succeeded", "Failed"]);

export const pod: z.ZodType<Pod> = z
  .strictObject({ ...typeMeta, metadata: namespacedMetadata, spec, status: status.nullish() })
  .transform(({ metadata, spec, status }, context): Pod => {
    const { nodeName, hostNetwork, serviceAccountName, containers, initContainers } = spec;
    const podIP = status?.podIP ?? "";
    const several = (status?.podIPs ?? []).map(({ ip }) => ip);
    return {
      kind: "Pod",
      metadata,
      nodeName,
      hostNetwork,
      serviceAccountName,
      ports: [...containers, ...initContainers].flat(),
      addresses: several.length > 0 || podIP === "" ? several : [podIP],
      isFinished: FINISHED.has(status?.phase ?? ""),
      calico: podAnnotations(metadata.annotations, context),
    };
  });
