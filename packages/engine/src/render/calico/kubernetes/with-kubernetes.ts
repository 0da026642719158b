import type { CalicoState } from "../../../desired/calico/state.ts";
import type { DesiredState } from "../../../desired/state.ts";
import { workloadEndpoint } from "./endpoint.ts";
import { calicoPolicy } from "./policy.ts";
import { namespaceProfile, serviceAccountProfile } from "./profile.ts";

/** Calico's own objects and what it makes of those of Kubernetes: libcalico-go/lib/backend/k8s. */
export function withKubernetes(state: DesiredState, interfacePrefix: string): CalicoState {
  const { calico, networkPolicies, namespaces, serviceAccounts, pods } = state;
  return {
    ...calico,
    policies: [...calico.policies, ...networkPolicies.map(calicoPolicy)],
    profiles: [...calico.profiles, ...namespaces.map(namespaceProfile), ...serviceAccounts.map(serviceAccountProfile)],
    workloads: [...calico.workloads, ...pods.flatMap((pod) => workloadEndpoint(pod, interfacePrefix) ?? [])],
  };
}
