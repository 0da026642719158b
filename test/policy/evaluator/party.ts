import type { Address, Family, Prefix } from "@hookwalk/engine";
import type { CalicoNetworkSet, DesiredState, Pod } from "@hookwalk/engine/desired";

export type Protocol = "tcp" | "udp" | "sctp" | "icmp";

/** The first packet of a connection. */
export interface Flow {
  readonly family: Family;
  readonly source: Party;
  readonly destination: Party;
  readonly protocol: Protocol;
  /** Null: the protocol has none. */
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
}

/** One end of it: an address, and whoever has it. */
export interface Party {
  readonly address: Address;
  /** Null: no pod. */
  readonly pod: PodView | null;
  /** The node that enforces. */
  readonly isNode: boolean;
  /** Everything with labels that the address belongs to: the pod, Calico's host endpoints and network sets. */
  readonly identities: readonly Identity[];
}

export type LabelMap = ReadonlyMap<string, string>;

/** What selectors are asked about. */
export interface Identity {
  readonly labels: LabelMap;
  /** Null: it is in none. */
  readonly namespace: NamespaceView | null;
  readonly serviceAccount: { readonly name: string; readonly labels: LabelMap } | null;
}

export interface NamespaceView {
  readonly name: string;
  readonly labels: LabelMap;
}

export interface PodView extends Identity {
  readonly pod: Pod;
  /** Policies that apply to it are enforced by the node that is looked at; another node enforces those of its own pods. */
  readonly isHere: boolean;
  readonly namespace: NamespaceView;
}

const NONE: LabelMap = new Map();

/** Who has an address. */
export function partyOf(state: DesiredState, address: Address): Party {
  const pod = state.pods.find(({ addresses, hostNetwork }) => !hostNetwork && addresses.includes(address));
  const view = pod === undefined ? null : podView(state, pod);
  const sets = state.calico.networkSets.filter(({ nets }) => nets.some((net) => contains(net, address)));
  const hosts = state.calico.hosts.filter(({ expectedIPs }) => expectedIPs.includes(address));
  const isNode = state.nodeFacts.some(({ interfaces }) =>
    interfaces.some(({ addresses }) => addresses.some((own) => own.address === address)),
  );
  return {
    address,
    pod: view,
    isNode,
    identities: [
      ...(view === null ? [] : [view]),
      ...hosts.map(({ metadata: { labels } }): Identity => ({ labels, namespace: null, serviceAccount: null })),
      ...sets.map((set) => setView(state, set)),
    ],
  };
}

function podView(state: DesiredState, pod: Pod): PodView {
  const { namespace, labels } = pod.metadata;
  return {
    pod,
    isHere: state.nodeFacts.some((node) => node.metadata.name === pod.nodeName),
    // Calico's documentation, "Selectors": labels that every workload endpoint of Kubernetes has beside its own.
    labels: new Map([
      ...labels,
      ["projectcalico.org/namespace", namespace],
      ["projectcalico.org/orchestrator", "k8s"],
      ...(pod.serviceAccountName === "" ? [] : [["projectcalico.org/serviceaccount", pod.serviceAccountName] as const]),
    ]),
    namespace: namespaceView(state, namespace),
    serviceAccount: serviceAccountView(state, namespace, pod.serviceAccountName),
  };
}

function setView(state: DesiredState, { metadata }: CalicoNetworkSet): Identity {
  const { namespace, labels } = metadata;
  return {
    labels: namespace === "" ? labels : new Map([...labels, ["projectcalico.org/namespace", namespace]]),
    namespace: namespace === "" ? null : namespaceView(state, namespace),
    serviceAccount: null,
  };
}

function namespaceView({ namespaces }: DesiredState, name: string): NamespaceView {
  const labels = namespaces.find(({ metadata }) => metadata.name === name)?.metadata.labels ?? NONE;
  return { name, labels: new Map([...labels, ["projectcalico.org/name", name]]) };
}

function serviceAccountView({ serviceAccounts }: DesiredState, namespace: string, name: string) {
  if (name === "") return null;
  const found = serviceAccounts.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  return { name, labels: new Map([...(found?.metadata.labels ?? NONE), ["projectcalico.org/name", name]]) };
}

/** Arithmetic of its own: no network of a rule is masked here by what masks it in the rules. */
export function contains({ address: net, length }: Prefix, address: Address): boolean {
  if (typeof net !== typeof address) return false;
  const hostBits = BigInt((typeof net === "bigint" ? 128 : 32) - length);
  return BigInt(net) >> hostBits === BigInt(address) >> hostBits;
}
