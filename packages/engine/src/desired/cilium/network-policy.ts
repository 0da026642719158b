import { z } from "zod";
import type { Metadata } from "../fields.ts";
import { metadata, namespacedMetadata, typeMeta, unread } from "../fields.ts";

/** cilium.io/v2 CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy, as far as rules of iptables come of it. */
export interface CiliumNetworkPolicy {
  readonly kind: "CiliumNetworkPolicy";
  readonly metadata: Metadata;
  /**
   * The proxies that its rules for HTTP and DNS redirect to, and the listeners that it names, each once and by the name of its
   * port: `cilium-http-ingress`, `NAMESPACE/CONFIG/LISTENER`.
   */
  readonly proxies: readonly string[];
}

/** Most of a policy is BPF's: what is not named is passed over. */
const toPort = z.looseObject({
  rules: z.looseObject({ http: z.array(z.unknown()).nullish(), dns: z.array(z.unknown()).nullish() }).nullish(),
  listener: z
    .looseObject({
      envoyConfig: z.looseObject({
        kind: z.enum(["CiliumEnvoyConfig", "CiliumClusterwideEnvoyConfig"]).nullish(),
        name: z.string(),
      }),
      name: z.string(),
    })
    .nullish(),
});

type ToPort = z.infer<typeof toPort>;

const rules = z.array(z.looseObject({ toPorts: z.array(toPort).nullish() })).nullish();
const spec = z.looseObject({ ingress: rules, egress: rules });

export const ciliumNetworkPolicy: z.ZodType<CiliumNetworkPolicy> = networkPolicy(namespacedMetadata);
export const ciliumClusterwideNetworkPolicy: z.ZodType<CiliumNetworkPolicy> = networkPolicy(metadata);

function networkPolicy(metadata: z.ZodType<Metadata>): z.ZodType<CiliumNetworkPolicy> {
  const read = z.strictObject({
    ...typeMeta,
    metadata,
    spec: spec.nullish(),
    specs: z.array(spec).nullish(),
    ...unread("status"),
  });
  return read.transform(({ metadata, spec, specs }): CiliumNetworkPolicy => {
    const all = [...(spec === undefined || spec === null ? [] : [spec]), ...(specs ?? [])];
    const proxies = all.flatMap(({ ingress, egress }) => [
      ...proxiesOf(ingress, "ingress", metadata.namespace),
      ...proxiesOf(egress, "egress", metadata.namespace),
    ]);
    return { kind: "CiliumNetworkPolicy", metadata, proxies: [...new Set(proxies)] };
  });
}

function proxiesOf(
  rules: readonly { readonly toPorts?: readonly ToPort[] | null | undefined }[] | null | undefined,
  direction: "ingress" | "egress",
  namespace: string,
): readonly string[] {
  return (rules ?? []).flatMap(({ toPorts }) =>
    (toPorts ?? []).flatMap(({ rules, listener }) => [
      ...((rules?.http ?? []).length > 0 ? [`cilium-http-${direction}`] : []),
      // There is a DNS proxy for what pods ask, and none for what they answer.
      ...((rules?.dns ?? []).length > 0 && direction === "egress" ? ["cilium-dns-egress"] : []),
      ...(listener === undefined || listener === null ? [] : [listenerName(listener, namespace)]),
    ]),
  );
}

/** As the agent names the port of a listener: pkg/policy/api, resourceQualifiedName. */
function listenerName({ envoyConfig, name }: NonNullable<ToPort["listener"]>, namespace: string): string {
  const isClusterwide = envoyConfig.kind === "CiliumClusterwideEnvoyConfig" || namespace === "";
  return `${isClusterwide ? "" : namespace}/${envoyConfig.name}/${name}`;
}
