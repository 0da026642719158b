import type { Family } from "../../base/address.ts";
import type { TableName } from "../iptables/table-draft.ts";
import type { Change } from "./release.ts";

export type CiliumChainName =
  | "CILIUM_INPUT"
  | "CILIUM_OUTPUT"
  | "CILIUM_OUTPUT_raw"
  | "CILIUM_POST_nat"
  | "CILIUM_OUTPUT_nat"
  | "CILIUM_PRE_nat"
  | "CILIUM_POST_mangle"
  | "CILIUM_PRE_mangle"
  | "CILIUM_PRE_raw"
  | "CILIUM_FORWARD";

/** A chain of Cilium and the built-in one that jumps to it. */
export interface CiliumChain {
  readonly name: CiliumChainName;
  readonly table: TableName;
  readonly hook: string;
  /** In ip6tables: never, always, or since a change. */
  readonly ip6: boolean | Change;
}

/** In the order in which the agent makes them: pkg/datapath/iptables ciliumChains. */
export const ciliumChains: readonly CiliumChain[] = [
  { name: "CILIUM_INPUT", table: "filter", hook: "INPUT", ip6: true },
  { name: "CILIUM_OUTPUT", table: "filter", hook: "OUTPUT", ip6: true },
  { name: "CILIUM_OUTPUT_raw", table: "raw", hook: "OUTPUT", ip6: true },
  { name: "CILIUM_POST_nat", table: "nat", hook: "POSTROUTING", ip6: "masquerade6" },
  { name: "CILIUM_OUTPUT_nat", table: "nat", hook: "OUTPUT", ip6: false },
  { name: "CILIUM_PRE_nat", table: "nat", hook: "PREROUTING", ip6: false },
  { name: "CILIUM_POST_mangle", table: "mangle", hook: "POSTROUTING", ip6: false },
  { name: "CILIUM_PRE_mangle", table: "mangle", hook: "PREROUTING", ip6: true },
  { name: "CILIUM_PRE_raw", table: "raw", hook: "PREROUTING", ip6: true },
  { name: "CILIUM_FORWARD", table: "filter", hook: "FORWARD", ip6: "forward6" },
];

/** The chains that one family has. */
export function chainsOf(family: Family, hasChange: (change: Change) => boolean): readonly CiliumChain[] {
  if (family === "ip") return ciliumChains;
  return ciliumChains.filter(({ ip6 }) => (typeof ip6 === "boolean" ? ip6 : hasChange(ip6)));
}
