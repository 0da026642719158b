import { z } from "zod";
import type { Address, Prefix } from "../base/address.ts";
import { parseAddress } from "../base/address.ts";
import type { Metadata } from "./fields.ts";
import { metadata, prefix, typeMeta, unread } from "./fields.ts";

/** v1 Node. */
export interface Node {
  readonly kind: "Node";
  readonly metadata: Metadata;
  readonly podCIDRs: readonly Prefix[];
  /** Addresses of type InternalIP, then those of type ExternalIP. */
  readonly addresses: readonly Address[];
  /** Of the components that write on it, as `status.nodeInfo` has them: `v1.30.5`; null where it does not tell. */
  readonly kubeletVersion: string | null;
  readonly kubeProxyVersion: string | null;
}

const spec = z.strictObject({
  podCIDR: prefix.nullish(),
  podCIDRs: z.array(prefix).nullish(),
  ...unread("configSource", "externalID", "providerID", "taints", "unschedulable"),
});

const nodeAddress = z.strictObject({ type: z.string(), address: z.string() });

const nodeInfo = z.strictObject({
  kubeletVersion: z.string().nullish(),
  kubeProxyVersion: z.string().nullish(),
  ...unread(
    ...[
      "architecture",
      "bootID",
      "containerRuntimeVersion",
      "kernelVersion",
      "machineID",
      "operatingSystem",
      "osImage",
    ],
    ...["swap", "systemUUID"],
  ),
});

const status = z.strictObject({
  addresses: z.array(nodeAddress).nullish(),
  nodeInfo: nodeInfo.nullish(),
  ...unread(
    ...["allocatable", "capacity", "conditions", "config", "daemonEndpoints", "features", "images"],
    ...["phase", "runtimeHandlers", "volumesAttached", "volumesInUse", "declaredFeatures"],
  ),
});

export const node: z.ZodType<Node> = z
  .strictObject({ ...typeMeta, metadata, spec: spec.nullish(), status: status.nullish() })
  .transform((read): Node => {
    const { spec, status } = read;
    const ofType = (wanted: string): readonly Address[] =>
      (status?.addresses ?? []).flatMap(({ type, address }) => {
        const parsed = type === wanted ? parseAddress(address) : null;
        return parsed === null ? [] : [parsed];
      });
    const podCIDR = spec?.podCIDR;
    return {
      kind: "Node",
      metadata: read.metadata,
      podCIDRs: spec?.podCIDRs ?? (podCIDR === undefined || podCIDR === null ? [] : [podCIDR]),
      addresses: [...ofType("InternalIP"), ...ofType("ExternalIP")],
      kubeletVersion: given(status?.nodeInfo?.kubeletVersion),
      kubeProxyVersion: given(status?.nodeInfo?.kubeProxyVersion),
    };
  });

/** An empty text is none. */
function given(text: string | null | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}
