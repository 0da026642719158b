import type { Address } from "../../../base/address.ts";
import { bitsOf, familyOf } from "../../../base/address.ts";
import type { WorkloadEndpoint } from "../../../desired/calico/endpoint.ts";
import { NO_QOS } from "../../../desired/calico/endpoint.ts";
import type { ContainerPort, Pod } from "../../../desired/pod.ts";
import { workloadInterface } from "../../../owners/calico/chain-names.ts";
import { NAMESPACE_LABEL, SERVICE_ACCOUNT_LABEL } from "../../../owners/calico/rule-selector.ts";
import { namespaceProfileName, serviceAccountProfileName } from "./profile.ts";

const ORCHESTRATOR = "k8s";
const DEVICE_IN_POD = "eth0";
/** A longer name is no value of a label. */
const LONGEST_ACCOUNT_LABEL = 62;

/** A pod that has an interface of Calico's: workload_endpoint_default.go podToDefaultWorkloadEndpoint. Null: it is on the host's network, or on no node yet. */
export function workloadEndpoint(pod: Pod, interfacePrefix: string): WorkloadEndpoint | null {
  const { metadata, nodeName, hostNetwork, serviceAccountName: account } = pod;
  if (hostNetwork || nodeName === "") return null;
  const { namespace, name } = metadata;
  const addresses = addressesOf(pod);
  return {
    kind: "WorkloadEndpoint",
    metadata: { ...metadata, name: endpointName(pod), labels: labelsOf(pod) },
    node: nodeName,
    orchestrator: ORCHESTRATOR,
    pod: name,
    serviceAccountName: account,
    ipNetworks: addresses.map((address) => ({ address, length: bitsOf(address) })),
    ipNATs: pod.calico.floatingIPs.flatMap((external) =>
      addresses
        .filter((internal) => familyOf(internal) === familyOf(external))
        .slice(-1)
        .map((internal) => ({ internal, external })),
    ),
    profiles: [
      namespaceProfileName(namespace),
      ...(account === "" ? [] : [serviceAccountProfileName(namespace, account)]),
    ],
    interfaceName: workloadInterface(namespace, name, interfacePrefix),
    mac: null,
    ports: pod.ports.filter(isNamed).map(({ name, protocol, port }) => ({ name, protocol, port })),
    allowSpoofedSourcePrefixes: pod.calico.allowedSourcePrefixes,
    qos: NO_QOS,
  };
}

function isNamed({ name }: ContainerPort): boolean {
  return name !== "";
}

/** What ends gives its address back while the object is still there: getPodIPs, IsFinished. */
function addressesOf({ metadata, addresses, isFinished, calico }: Pod): readonly Address[] {
  const isTakenBack = metadata.isTerminating && calico.addresses?.length === 0;
  if (isFinished || isTakenBack) return [];
  return addresses.length > 0 ? addresses : (calico.addresses ?? []);
}

function labelsOf({ metadata, serviceAccountName: account }: Pod): ReadonlyMap<string, string> {
  const hasAccountLabel = account !== "" && account.length <= LONGEST_ACCOUNT_LABEL;
  return new Map([
    ...metadata.labels,
    [NAMESPACE_LABEL, metadata.namespace],
    ["projectcalico.org/orchestrator", ORCHESTRATOR],
    ...(hasAccountLabel ? [[SERVICE_ACCOUNT_LABEL, account] as const] : []),
  ]);
}

/** `NODE-k8s-POD-eth0`, dashes inside of a part doubled: libcalico-go/lib/names/workloadendpoint.go. */
function endpointName({ nodeName, metadata }: Pod): string {
  return [nodeName, ORCHESTRATOR, metadata.name, DEVICE_IN_POD].map((part) => part.replaceAll("-", "--")).join("-");
}
