import { z } from "zod";
import type { Metadata } from "../fields.ts";
import { metadata, namespacedMetadata, typeMeta, unread } from "../fields.ts";

/** cilium.io/v2 CiliumEnvoyConfig or CiliumClusterwideEnvoyConfig. */
export interface CiliumEnvoyConfig {
  readonly kind: "CiliumEnvoyConfig";
  readonly metadata: Metadata;
  /**
   * Listeners without an address of their own, by the names that their proxy ports have: `NAMESPACE/CONFIG/LISTENER`,
   * `/CONFIG/LISTENER` of a cluster-wide one. The agent gives each of them a port.
   */
  readonly listeners: readonly string[];
}

const LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener";

const resource = z.looseObject({ "@type": z.string(), name: z.string().nullish(), address: z.unknown().optional() });

const spec = z.strictObject({
  resources: z.array(resource).nullish(),
  ...unread("backendServices", "nodeSelector", "services"),
});

export const ciliumEnvoyConfig: z.ZodType<CiliumEnvoyConfig> = envoyConfig(namespacedMetadata);
export const ciliumClusterwideEnvoyConfig: z.ZodType<CiliumEnvoyConfig> = envoyConfig(metadata);

function envoyConfig(metadata: z.ZodType<Metadata>): z.ZodType<CiliumEnvoyConfig> {
  const read = z.strictObject({ ...typeMeta, metadata, spec, ...unread("status") });
  return read.transform(({ metadata, spec }): CiliumEnvoyConfig => {
    const { namespace, name } = metadata;
    const listeners = (spec.resources ?? []).filter(
      (one) => one["@type"] === LISTENER && (one.address === undefined || one.address === null),
    );
    return {
      kind: "CiliumEnvoyConfig",
      metadata,
      listeners: listeners.map((one) => `${namespace}/${name}/${one.name ?? ""}`),
    };
  });
}
