import type { CalicoProfile } from "../../../desired/calico/policy.ts";
import type { CalicoRule } from "../../../desired/calico/rule.ts";
import { ALLOW_EVERYTHING } from "../../../desired/calico/rule.ts";
import type { Metadata } from "../../../desired/fields.ts";
import type { Namespace } from "../../../desired/namespace.ts";
import type { ServiceAccount } from "../../../desired/service-account.ts";
import { NAMESPACE_PREFIX, SERVICE_ACCOUNT_PREFIX } from "../../../owners/calico/rule-selector.ts";

/** Endpoints inherit the names of what they belong to under this key, behind the prefix. */
const NAME_LABEL = "projectcalico.org/name";

const ALLOW_ALL: readonly CalicoRule[] = [ALLOW_EVERYTHING];

export function namespaceProfileName(namespace: string): string {
  return `kns.${namespace}`;
}

export function serviceAccountProfileName(namespace: string, name: string): string {
  return `ksa.${namespace}.${name}`;
}

/** Whoever no policy applies to may do everything: NamespaceToProfile. */
export function namespaceProfile({ metadata }: Namespace): CalicoProfile {
  const name = namespaceProfileName(metadata.name);
  return { ...profile(metadata, name, NAMESPACE_PREFIX), ingress: ALLOW_ALL, egress: ALLOW_ALL };
}

/** Labels only: ServiceAccountToProfile. */
export function serviceAccountProfile({ metadata }: ServiceAccount): CalicoProfile {
  const name = serviceAccountProfileName(metadata.namespace, metadata.name);
  return profile(metadata, name, SERVICE_ACCOUNT_PREFIX);
}

function profile(of: Metadata, name: string, prefix: string): CalicoProfile {
  const labels = [...of.labels, [NAME_LABEL, of.name] as const];
  return {
    kind: "CalicoProfile",
    metadata: { ...of, name, namespace: "", labels: new Map() },
    ingress: [],
    egress: [],
    labelsToApply: new Map(labels.map(([key, value]) => [prefix + key, value])),
  };
}
