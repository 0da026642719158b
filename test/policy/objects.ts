import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { parseAddress } from "@hookwalk/engine";
import type { Address, Family } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import type { DesiredState, Pod } from "@hookwalk/engine/desired";
import { parseAttempt } from "./probe.ts";
import type { Attempt, Place } from "./probe.ts";

/** A few policies, and what is tried between everybody of the cluster. */
export interface PolicyCase {
  readonly name: string;
  /** The cluster's objects and the case's. */
  readonly state: DesiredState;
  /** What is tried of each pair. */
  readonly attempts: readonly Attempt[];
}

const CASES = new URL("cases/", import.meta.url);
const CLUSTER = { path: "cluster.yaml", text: readFileSync(new URL("cluster.yaml", import.meta.url), "utf8") };
const DEFAULT_ATTEMPTS = "tcp/80 tcp/8080 udp/53";

/** Every file of `cases/`; its comment `# try: …` says what is tried where it is not the default. */
export function policyCases(): readonly PolicyCase[] {
  return readdirSync(CASES)
    .sort()
    .map((file) => {
      const text = readFileSync(new URL(file, CASES), "utf8");
      const [, attempts = DEFAULT_ATTEMPTS] = /^# try: (.+)$/m.exec(text) ?? [];
      return {
        name: file.replace(".yaml", ""),
        state: readAll(file, text),
        attempts: attempts.split(" ").map(parseAttempt),
      };
    });
}

/** A case of these objects beside the cluster's. */
export function readAll(path: string, text: string): DesiredState {
  const { value, diagnostics } = readObjects([CLUSTER, { path, text }]);
  if (diagnostics.length > 0) throw new Error(`${path}: ${JSON.stringify(diagnostics)}`);
  return value;
}

/** What writes the rules: FelixConfiguration's nftablesMode. */
export type Dataplane = "iptables" | "nftables";

/**
 * The case's objects as Felix has them where it writes for one of its dataplanes; pods may speak to their node, as Calico's manifests have it. What a case
 * configures itself it configures for the node, which comes before that.
 */
export function casesFor(state: DesiredState, dataplane: Dataplane): DesiredState {
  const mode = dataplane === "nftables" ? "Enabled" : "Disabled";
  const text = `{ apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: { name: default }, spec: { nftablesMode: ${mode}, defaultEndpointToHostAction: Accept } }`;
  const { value } = readObjects([{ path: "felix.yaml", text }]);
  return { ...state, calico: { ...state.calico, felix: [...value.calico.felix, ...state.calico.felix] } };
}

/** The same for Felix of a version; before 3.29 there is one tier, and null is for a case that has others. */
export function casesForVersion(state: DesiredState, version: string): DesiredState | null {
  const { tiers, policies } = state.calico;
  if (tiers.length > 0 || policies.some(({ tier }) => tier !== "default")) return null;
  const text = `{ apiVersion: projectcalico.org/v3, kind: ClusterInformation, metadata: { name: default }, spec: { calicoVersion: v${version} } }`;
  const { value } = readObjects([{ path: "cluster-information.yaml", text }]);
  const here = casesFor(state, "iptables");
  return { ...here, calico: { ...here.calico, clusters: value.calico.clusters } };
}

export const UPLINK = "eth0";

const OUTSIDE: readonly (readonly [name: string, v4: string, v6: string])[] = [
  ["partner", "198.51.100.7", "2001:db8:51::7"],
  ["customer", "203.0.113.5", "2001:db8:113::5"],
  ["stranger", "203.0.113.200", "2001:db8:113::c8"],
];

/** Everybody: the pods, the node itself, the other node's pods and its own address, and three addresses outside of the cluster. */
export function placesOf({ pods, nodeFacts, calico }: DesiredState): readonly Place[] {
  const [node] = nodeFacts;
  const own = node?.interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address)) ?? [];
  return [
    ...pods.map((pod) => podPlace(pod, node?.metadata.name ?? "")),
    { name: "node", kind: "node", addresses: bothFamilies(own), device: "", pod: null },
    ...calico.hosts.map(({ node: name, expectedIPs }): Place => {
      return { name, kind: "remote", addresses: bothFamilies(expectedIPs), device: UPLINK, pod: null };
    }),
    ...OUTSIDE.map(([name, ...texts]): Place => {
      const addresses = bothFamilies(texts.flatMap((text) => parseAddress(text) ?? []));
      return { name, kind: "outside", addresses, device: UPLINK, pod: null };
    }),
  ];
}

function podPlace(pod: Pod, node: string): Place {
  const { namespace, name } = pod.metadata;
  // As Calico's CNI plugin names the host's end of the pod's link.
  const digest = createHash("sha1").update(`${namespace}.${name}`).digest("hex");
  return {
    name: `${namespace}/${name}`,
    kind: pod.nodeName === node ? "pod" : "remote",
    addresses: bothFamilies(pod.addresses),
    device: pod.nodeName === node ? `cali${digest.slice(0, 11)}` : UPLINK,
    pod,
  };
}

function bothFamilies(addresses: readonly Address[]): Readonly<Record<Family, Address>> {
  const ip = addresses.find((address) => typeof address === "number");
  const ip6 = addresses.find((address) => typeof address === "bigint");
  if (ip === undefined || ip6 === undefined) throw new Error("everybody of the cluster has an address of each family");
  return { ip, ip6 };
}
