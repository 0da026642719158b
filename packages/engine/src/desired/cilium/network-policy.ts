import { z } from "zod";
import type { CiliumSelector } from "./endpoint-selector.ts";
import { endpointSelector } from "./endpoint-selector.ts";
import type { Metadata } from "../fields.ts";
import { metadata, namespacedMetadata, typeMeta, unread } from "../fields.ts";

/** cilium.io/v2 CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy, as far as rules of iptables come of it. */
export interface CiliumNetworkPolicy {
  readonly kind: "CiliumNetworkPolicy";
  readonly metadata: Metadata;
  readonly redirects: readonly CiliumRedirects[];
}

/** What one spec of a policy hands to proxies. */
export interface CiliumRedirects {
  /** The endpoints that it is about; null: it is about nodes. */
  readonly selector: CiliumSelector | null;
  /**
   * The proxies that its rules redirect to, and the listeners that it names, each once and by the name of its port: `cilium-http-ingress`,
   * `NAMESPACE/CONFIG/LISTENER`.
   */
  readonly proxies: readonly string[];
}

const some = z.array(z.unknown()).nullish();

/** Most of a policy is BPF's: what is not named is passed over. */
const toPort = z.looseObject({
  rules: z.looseObject({ http: some, dns: some, kafka: some, l7: some, l7proto: z.string().nullish() }).nullish(),
  terminatingTLS: z.unknown().optional(),
  originatingTLS: z.unknown().optional(),
  serverNames: some,
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
const spec = z.looseObject({ endpointSelector: endpointSelector.nullish(), ingress: rules, egress: rules });

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
    const redirects = all.map(({ endpointSelector, ingress, egress }): CiliumRedirects => {
      const proxies = [
        ...proxiesOf(ingress, "ingress", metadata.namespace),
        ...proxiesOf(egress, "egress", metadata.namespace),
      ];
      return { selector: endpointSelector ?? null, proxies: [...new Set(proxies)] };
    });
    return { kind: "CiliumNetworkPolicy", metadata, redirects };
  });
}

function proxiesOf(
  rules: readonly { readonly toPorts?: readonly ToPort[] | null | undefined }[] | null | undefined,
  direction: "ingress" | "egress",
  namespace: string,
): readonly string[] {
  return (rules ?? []).flatMap(({ toPorts }) =>
    (toPorts ?? []).flatMap((toPort) => {
      if (isSaid(toPort.listener)) return [listenerName(toPort.listener, namespace)];
      const { http, dns } = toPort.rules ?? {};
      if (isSaid(http) && http.length > 0) return [`cilium-http-${direction}`];
      // There is a DNS proxy for what pods ask, and none for what they answer.
      if (isSaid(dns) && dns.length > 0) return direction === "egress" ? ["cilium-dns-egress"] : [];
      return isParsed(toPort) ? [`cilium-proxylib-${direction}`] : [];
    }),
  );
}

/** Kafka, parsers of their own, and TLS without HTTP have one proxy: pkg/policy L7ParserType, pkg/proxy findProxyPortByType. */
function isParsed({ rules, terminatingTLS, originatingTLS, serverNames }: ToPort): boolean {
  const { kafka, l7, l7proto } = rules ?? {};
  const isListed = [kafka, l7, serverNames].some((list) => isSaid(list) && list.length > 0);
  return isListed || [l7proto, terminatingTLS, originatingTLS].some((one) => isSaid(one) && one !== "");
}

function isSaid<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null;
}

/** As the agent names the port of a listener: pkg/policy/api, resourceQualifiedName. */
function listenerName({ envoyConfig, name }: NonNullable<ToPort["listener"]>, namespace: string): string {
  const isClusterwide = envoyConfig.kind === "CiliumClusterwideEnvoyConfig" || namespace === "";
  return `${isClusterwide ? "" : namespace}/${envoyConfig.name}/${name}`;
}
