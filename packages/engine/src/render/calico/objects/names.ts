import type { CalicoPolicy } from "../../../desired/calico/policy.ts";
import { compareVersions } from "../../../owners/calico/felix-version.ts";
import { hasFeature } from "../versions.ts";

/** What a policy is called in Felix's rules. */
export interface PolicyNames {
  /** Behind the prefix of its chains. */
  readonly name: string;
  readonly title: string;
  readonly groupName: string;
  /** In flow logs: felix/types/policy_id.go ID; before 3.32 the stored name. */
  readonly logName: string;
  /** Where two policies have one order, the lesser of these comes first. */
  readonly sortKey: string;
}

const KINDS = {
  np: "NetworkPolicy",
  gnp: "GlobalNetworkPolicy",
  knp: "KubernetesNetworkPolicy",
  kcnp: "KubernetesClusterNetworkPolicy",
} as const;

/** Before what Kubernetes' own policies are called, up to 3.31: libcalico-go/lib/names. */
const KUBERNETES_PREFIX = { knp: "knp.default.", kcnp: "kanp.adminnetworkpolicy." } as const;

/**
 * From 3.32 on, kind, namespace and name: felix/types/policy_id.go. Before, the name that the datastore had: with its tier in front, and from 3.0 on its
 * namespace. What Calico 2 had no namespaces for has that in its name, as it called Kubernetes' policies.
 */
export function policyNaming(version: string): (policy: CalicoPolicy) => PolicyNames {
  if (hasFeature(version, "kindsInNames")) return namesWithKind;
  const nameOf = compareVersions(version, "3.0.0") < 0 ? nameWithoutNamespaces : storedName;
  const hasTiers = hasFeature(version, "tiers");
  return (policy) => {
    const stored = nameOf(policy);
    const titled = { title: `Policy ${stored}`, groupName: stored, logName: stored, sortKey: stored };
    return { name: hasTiers ? `${policy.tier}/${stored}` : stored, ...titled };
  };
}

/** Its kind and name, for people: `NetworkPolicy shop/web`. */
export function titleOf(policy: CalicoPolicy): string {
  return namesWithKind(policy).title;
}

function namesWithKind({ origin, metadata: { name, namespace } }: CalicoPolicy): PolicyNames {
  const parts = namespace === "" ? [name] : [namespace, name];
  const title = `${KINDS[origin]} ${parts.join("/")}`;
  const groupName = `{Name: ${name}, Namespace: ${namespace}, Kind: ${KINDS[origin]}}`;
  const id = [origin, ...parts].join("/");
  return { name: id, title, groupName, logName: id, sortKey: `${name}/${namespace}/${KINDS[origin]}` };
}

function nameWithoutNamespaces({ origin, metadata: { name, namespace } }: CalicoPolicy): string {
  const own = origin === "knp" ? "knp.default." : "";
  return namespace === "" ? name : `${own}${namespace}.${name}`;
}

function storedName({ origin, metadata: { name, namespace } }: CalicoPolicy): string {
  const tiered = storedTail(origin, name);
  return namespace === "" ? tiered : `${namespace}/${tiered}`;
}

/** libcalico-go/lib/names/policy.go TieredPolicyName. */
function storedTail(origin: CalicoPolicy["origin"], name: string): string {
  if (origin === "knp" || origin === "kcnp") return KUBERNETES_PREFIX[origin] + name;
  return name.includes(".") ? name : `default.${name}`;
}
