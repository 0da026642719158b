import { z } from "zod";
import type { Prefix } from "../../base/address.ts";
import { GO_BOOLEANS, GO_TRUE, prefix, withDefault } from "../fields.ts";

/** Where pod addresses come from: option `ipam`. */
export type CiliumIpam =
  | "kubernetes"
  | "cluster-pool"
  | "cluster-pool-v2beta"
  | "multi-pool"
  | "crd"
  | "eni"
  | "azure"
  | "alibabacloud"
  | "delegated-plugin"
  | "hostscope-legacy";

/**
 * What ConfigMap `cilium-config` says of the rules, routes and settings of a node, with the agent's own defaults
 * (pkg/option/config.go). Options that change none of these are not read.
 */
export interface CiliumConfig {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
  /** Null: native routing. */
  readonly tunnel: "vxlan" | "geneve" | null;
  readonly ipam: CiliumIpam;
  readonly endpointRoutes: boolean;
  readonly localNodeRoute: boolean;
  readonly autoDirectNodeRoutes: boolean;
  /** `ipv4-native-routing-cidr`; null: the node's own pod network. */
  readonly nativeRouting4: Prefix | null;
  readonly nativeRouting6: Prefix | null;
  readonly masquerade4: boolean;
  readonly masquerade6: boolean;
  readonly bpfMasquerade: boolean;
  readonly masqueradeToRouteSource: boolean;
  /** `egress-masquerade-interfaces`; empty: by the pod network instead. */
  readonly masqueradeInterfaces: readonly string[];
  readonly randomFully: boolean;
  /** `install-iptables-rules`. */
  readonly installRules: boolean;
  /** `install-no-conntrack-iptables-rules`. */
  readonly noConntrack: boolean;
  readonly prependChains: boolean;
  /** Built-in chains without a jump into Cilium's, in capitals. */
  readonly disabledFeeders: ReadonlySet<string>;
  readonly ipsec: boolean;
  readonly wireguard: boolean;
  readonly vtep: boolean;
  readonly l7Proxy: boolean;
  readonly envoyConfig: boolean;
  readonly bpfTproxy: boolean;
  readonly xtSocketFallback: boolean;
  /** `none`, `aws-cni`, `portmap` … */
  readonly chaining: string;
  /** `cni-log-file`. */
  readonly cniLogFile: string;
  /** File that the agent writes its CNI configuration to: the last part of `write-cni-conf-when-ready`. */
  readonly cniFile: string;
  readonly debug: boolean;
  /** Null: that of the device that packets leave the node by. */
  readonly mtu: number | null;
}

const IPAM_MODES: readonly CiliumIpam[] = [
  ...(["kubernetes", "cluster-pool", "cluster-pool-v2beta", "multi-pool", "crd", "eni", "azure"] as const),
  ...(["alibabacloud", "delegated-plugin", "hostscope-legacy"] as const),
];

/** Values of a ConfigMap are texts, which the agent reads as Go does. */
const word = z.string().refine((text) => GO_BOOLEANS.has(text), "true | false");

function flag(absent: boolean): z.ZodType<boolean> {
  return word.nullish().transform((value) => (value === undefined || value === null ? absent : GO_TRUE.has(value)));
}

/** `a,b` or `a b`. */
const names = withDefault(z.string(), "").transform((text) => text.split(/[\s,]+/).filter((name) => name !== ""));

const network: z.ZodType<Prefix | null> = z
  .union([z.literal(""), prefix])
  .nullish()
  .transform((value) => (value === "" ? null : (value ?? null)));

const number = (schema: z.ZodInt): z.ZodType<number | undefined> =>
  z.string().regex(/^\d+$/, "0 …").transform(Number).pipe(schema).optional();

/** The prefix that identities of clusters share with the mark of ENIs: bit 7. */
const MARKED_CLUSTERS = [
  [128, 255],
  [384, 511],
] as const;

const PROTOCOLS = ["vxlan", "geneve"] as const;

const options = z.looseObject({
  "enable-ipv4": flag(true),
  "enable-ipv6": flag(true),
  "routing-mode": z.enum(["tunnel", "native"]).nullish(),
  "tunnel-protocol": z.enum(PROTOCOLS).nullish(),
  tunnel: z.enum([...PROTOCOLS, "disabled"]).nullish(),
  ipam: withDefault<CiliumIpam>(z.enum(IPAM_MODES), "cluster-pool"),
  "enable-endpoint-routes": flag(false),
  "enable-local-node-route": flag(true),
  "auto-direct-node-routes": flag(false),
  "ipv4-native-routing-cidr": network,
  "native-routing-cidr": network,
  "ipv6-native-routing-cidr": network,
  masquerade: flag(true),
  "enable-ipv4-masquerade": flag(true),
  "enable-ipv6-masquerade": flag(true),
  "enable-bpf-masquerade": flag(false),
  "enable-masquerade-to-route-source": flag(false),
  "egress-masquerade-interfaces": names,
  "iptables-random-fully": flag(false),
  "install-iptables-rules": flag(true),
  "install-no-conntrack-iptables-rules": flag(false),
  "prepend-iptables-chains": flag(true),
  "disable-iptables-feeder-rules": names,
  "enable-ipsec": flag(false),
  "enable-wireguard": flag(false),
  "enable-vtep": flag(false),
  "enable-l7-proxy": flag(true),
  "enable-envoy-config": flag(false),
  "enable-bpf-tproxy": flag(false),
  "enable-xt-socket-fallback": flag(true),
  "egress-multi-home-ip-rule-compat": flag(false),
  "cni-chaining-mode": withDefault(z.string(), "none"),
  "cni-log-file": withDefault(z.string(), "/var/run/cilium/cilium-cni.log"),
  "write-cni-conf-when-ready": withDefault(z.string(), "/host/etc/cni/net.d/05-cilium.conflist"),
  "tofqdns-proxy-port": number(z.int().min(0).max(65_535)),
  "cluster-id": number(z.int().min(0).max(511)),
  debug: flag(false),
  mtu: number(z.int().min(0).max(65_535)),
});

/** The `data` of ConfigMap `cilium-config`. Options that Cilium has and nothing here reads pass. */
export const ciliumConfig: z.ZodType<CiliumConfig> = options
  .superRefine((data, context) => {
    const refuse = (option: string, message: string): void => {
      context.addIssue({ code: "custom", path: [option], message, input: dataOf(data, option) });
    };
    const { ipam, "cluster-id": cluster = 0 } = data;
    const isMarked = MARKED_CLUSTERS.some(([first, last]) => cluster >= first && cluster <= last);
    if (isMarked && usesEnis(ipam)) refuse("cluster-id", `≤ 127 | 256 … 383 (ipam: ${ipam})`);
    // Rules of priority 110 and tables by index of the device, which no object tells.
    if (data["egress-multi-home-ip-rule-compat"] && usesEnis(ipam))
      refuse("egress-multi-home-ip-rule-compat", `false (ipam: ${ipam})`);
    // option.Config.Validate: proxies are reached by rules.
    if (data["enable-l7-proxy"] && !data["install-iptables-rules"])
      refuse("install-iptables-rules", "true (enable-l7-proxy: true)");
    if (!data["install-no-conntrack-iptables-rules"]) return;
    if (tunnelOf(data) !== null) refuse("install-no-conntrack-iptables-rules", "false (routing-mode: tunnel)");
    if (!data["enable-ipv4"]) refuse("install-no-conntrack-iptables-rules", "false (enable-ipv4: false)");
    if (masquerades(data) && !data["enable-bpf-masquerade"])
      refuse("install-no-conntrack-iptables-rules", "false (enable-bpf-masquerade: false)");
  })
  .transform((data): CiliumConfig => {
    const file = data["write-cni-conf-when-ready"];
    return {
      ipv4: data["enable-ipv4"],
      ipv6: data["enable-ipv6"],
      tunnel: tunnelOf(data),
      ipam: data.ipam,
      endpointRoutes: data["enable-endpoint-routes"],
      localNodeRoute: data["enable-local-node-route"],
      autoDirectNodeRoutes: data["auto-direct-node-routes"],
      nativeRouting4: data["ipv4-native-routing-cidr"] ?? data["native-routing-cidr"],
      nativeRouting6: data["ipv6-native-routing-cidr"],
      masquerade4: masquerades(data),
      masquerade6: data["enable-ipv6-masquerade"],
      bpfMasquerade: data["enable-bpf-masquerade"],
      masqueradeToRouteSource: data["enable-masquerade-to-route-source"],
      masqueradeInterfaces: data["egress-masquerade-interfaces"],
      randomFully: data["iptables-random-fully"],
      installRules: data["install-iptables-rules"],
      noConntrack: data["install-no-conntrack-iptables-rules"],
      prependChains: data["prepend-iptables-chains"],
      disabledFeeders: new Set(data["disable-iptables-feeder-rules"].map((chain) => chain.toUpperCase())),
      ipsec: data["enable-ipsec"],
      wireguard: data["enable-wireguard"],
      vtep: data["enable-vtep"],
      l7Proxy: data["enable-l7-proxy"],
      envoyConfig: data["enable-envoy-config"],
      bpfTproxy: data["enable-bpf-tproxy"],
      xtSocketFallback: data["enable-xt-socket-fallback"],
      chaining: data["cni-chaining-mode"],
      cniLogFile: data["cni-log-file"],
      cniFile: file.slice(file.lastIndexOf("/") + 1),
      debug: data.debug,
      mtu: data.mtu === undefined || data.mtu === 0 ? null : data.mtu,
    };
  });

type Options = z.infer<typeof options>;

function dataOf(data: Options, option: string): unknown {
  return new Map<string, unknown>(Object.entries(data)).get(option);
}

/** `tunnel` is the older spelling (up to 1.14) of `routing-mode` and `tunnel-protocol`; the newer counts where it stands. */
function tunnelOf(data: Options): CiliumConfig["tunnel"] {
  const { tunnel, "routing-mode": mode, "tunnel-protocol": protocol } = data;
  if (mode === "native") return null;
  if (mode === "tunnel") return protocol ?? "vxlan";
  return tunnel === "disabled" ? null : (tunnel ?? protocol ?? "vxlan");
}

/** `masquerade` is how `enable-ipv4-masquerade` was spelled before 1.10. */
function masquerades(data: Options): boolean {
  return data.masquerade && data["enable-ipv4-masquerade"];
}

/** Pods have addresses of the cloud's own interfaces, which the agent marks connections of. */
export function usesEnis(ipam: CiliumIpam): boolean {
  return ipam === "eni" || ipam === "alibabacloud";
}
