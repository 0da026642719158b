import type { Address } from "../../base/address.ts";
import { familyOf, hostNet, netOf } from "../../base/address.ts";
import type { Pod } from "../../desired/pod.ts";
import { PROTO } from "../../program/protocol.ts";
import { ACCEPT } from "../iptables/spec.ts";
import type { CiliumChainName } from "./chains.ts";
import type { CiliumWriter } from "./writer.ts";

/** Pods are not tracked at all: pkg/datapath/iptables addNoTrackPodTrafficRules. */
export function writeNoConntrack(writer: CiliumWriter): void {
  const { nativeRouting } = writer.family;
  if (!skipsConntrack(writer) || nativeRouting === null) return;
  const value = netOf(nativeRouting);
  for (const chain of ["CILIUM_PRE_raw", "CILIUM_OUTPUT_raw"] as const) {
    for (const end of ["src", "dst"] as const) {
      writer.prepend(chain, {
        [end]: { negated: false, value },
        matches: [writer.comment("cilium: NOTRACK for pod traffic")],
        target: writer.notrack,
      });
    }
  }
}

function skipsConntrack({ context, family }: CiliumWriter): boolean {
  return context.config.noConntrack && context.has("noConntrack") && family.family === "ip";
}

/** Which end of a packet the pod is. */
type End = "to" | "from";

/** In the order in which the agent writes them: pkg/datapath/iptables endpointNoTrackRules. */
const FORWARDED: readonly (readonly [CiliumChainName, End])[] = [
  ["CILIUM_PRE_raw", "to"],
  ["CILIUM_FORWARD", "to"],
  ["CILIUM_PRE_raw", "from"],
  ["CILIUM_FORWARD", "from"],
  ["CILIUM_OUTPUT_raw", "to"],
  ["CILIUM_OUTPUT", "to"],
  ["CILIUM_INPUT", "from"],
  ["CILIUM_OUTPUT_raw", "from"],
  ["CILIUM_OUTPUT", "from"],
  ["CILIUM_INPUT", "to"],
];

const LOCAL: readonly (readonly [CiliumChainName, End])[] = [
  ["CILIUM_PRE_raw", "to"],
  ["CILIUM_INPUT", "to"],
  ["CILIUM_OUTPUT_raw", "to"],
  ["CILIUM_OUTPUT", "to"],
  ["CILIUM_OUTPUT_raw", "from"],
  ["CILIUM_OUTPUT", "from"],
];

const PROTOCOLS = ["tcp", "udp"] as const;

/** A pod's port that its annotation wants untracked. */
export interface NoTrackPort {
  readonly address: Address;
  readonly port: number;
}

export function writeNoTrackPorts(writer: CiliumWriter, ports: readonly NoTrackPort[]): void {
  if (skipsConntrack(writer)) return;
  const rules = writer.context.has("noTrackForwarded") ? FORWARDED : LOCAL;
  for (const { address, port } of ports) {
    if (familyOf(address) !== writer.family.family) continue;
    for (const protocol of PROTOCOLS) {
      for (const [chain, end] of rules) {
        const host = { negated: false, value: hostNet(address) };
        const written = { [end === "to" ? "dport" : "sport"]: String(port) };
        writer.append(chain, {
          [end === "to" ? "dst" : "src"]: host,
          proto: PROTO[protocol],
          matches: [writer.match(protocol, written)],
          target: chain.endsWith("_raw") ? writer.notrack : ACCEPT,
        });
      }
    }
  }
}

/** The annotation, and how it was spelled before. */
const ANNOTATIONS = ["policy.cilium.io/no-track-port", "io.cilium.no-track-port"] as const;

/** The annotated ports of pods on a node; an annotation that is no port is passed over, as the agent does. */
export function noTrackPorts(pods: readonly Pod[], node: string): readonly NoTrackPort[] {
  return pods
    .filter(({ nodeName, hostNetwork, isFinished }) => nodeName === node && !hostNetwork && !isFinished)
    .flatMap(({ metadata, addresses }) => {
      const text = ANNOTATIONS.map((name) => metadata.annotations.get(name)).find((value) => value !== undefined);
      if (text === undefined || !/^\d{1,5}$/.test(text)) return [];
      const port = Number(text);
      return port === 0 || port > 65_535 ? [] : addresses.map((address) => ({ address, port }));
    });
}
