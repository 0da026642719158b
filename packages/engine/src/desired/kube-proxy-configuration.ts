import { z } from "zod";
import type { Prefix } from "../base/address.ts";
import { parsePrefix } from "../base/address.ts";
import { device, deviceOf, unread, withDefault } from "./fields.ts";

/** kubeproxy.config.k8s.io/v1alpha1 KubeProxyConfiguration, with its defaults filled in. */
export interface KubeProxyConfiguration {
  readonly kind: "KubeProxyConfiguration";
  readonly mode: "iptables" | "ipvs" | "nftables";
  readonly hostnameOverride: string;
  readonly masqueradeBit: number;
  readonly masqueradeAll: boolean;
  readonly localhostNodePorts: boolean;
  readonly detectLocalMode: DetectLocalMode;
  readonly bridgeInterface: string;
  readonly interfaceNamePrefix: string;
  readonly clusterCIDRs: readonly Prefix[];
  /** `primary`: the node's own address. Empty: every local address, and in mode nftables the primary one. */
  readonly nodePortAddresses: readonly Prefix[] | "primary";
  /** `conntrack.tcpBeLiberal`. */
  readonly tcpBeLiberal: boolean;
  readonly ipvs: IpvsConfiguration;
}

export interface IpvsConfiguration {
  /** `rr` where none is given. */
  readonly scheduler: string;
  /** Answer ARP for addresses of the device that is asked alone. */
  readonly strictARP: boolean;
}

export type DetectLocalMode = "ClusterCIDR" | "NodeCIDR" | "BridgeInterface" | "InterfaceNamePrefix";

const DEFAULT_MASQUERADE_BIT = 14;

/** `10.244.0.0/16` or, of two families, `10.244.0.0/16,fd00::/48`. */
const clusterCIDR = z.string().transform((text, context) => {
  const prefixes: Prefix[] = [];
  for (const one of text === "" ? [] : text.split(",")) {
    const read = parsePrefix(one.trim());
    if (read === null) {
      context.addIssue({ code: "custom", message: "IP/LENGTH[,IP/LENGTH]", input: text });
      return z.NEVER;
    }
    prefixes.push(read);
  }
  return prefixes;
});

/** kubeproxyconfig/validation validateKubeProxyNodePortAddress: the word stands alone. */
const nodePortAddresses = z.array(z.string()).transform((texts, context): readonly Prefix[] | "primary" => {
  if (texts.includes("primary")) {
    if (texts.length === 1) return "primary";
    context.addIssue({ code: "custom", message: "[primary] | [IP/LENGTH, …]", input: texts });
    return z.NEVER;
  }
  return texts.flatMap((text, index) => {
    const read = parsePrefix(text);
    if (read !== null) return [read];
    context.addIssue({ code: "custom", message: "IP/LENGTH | primary", path: [index], input: text });
    return [];
  });
});

const MODES = ["iptables", "ipvs", "nftables"] as const;
const DETECT_LOCAL_MODES = ["ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix"] as const;

/** kube-proxy takes "" as not given. */
function choice<const T extends string>(values: readonly [T, ...T[]]): z.ZodType<T> {
  return withDefault<string>(z.enum(["", ...values]), "").transform(
    (value) => values.find((one) => one === value) ?? values[0],
  );
}

const off = withDefault(z.boolean(), false);
const text = withDefault(z.string(), "");

/** A part of the configuration that may be missing whole. */
function section<T>(schema: z.ZodType<T>): z.ZodType<T> {
  return z.preprocess((value) => value ?? {}, schema);
}

/** Those of the kernel: net/netfilter/ipvs. The first one where none is given. */
const SCHEDULERS = [
  ...(["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "mh", "fo", "ovf", "twos"] as const),
] as const;

/** `-i PREFIX+`: the sign that stands for the rest has to fit. */
const LONGEST_DEVICE_PREFIX = 14;

const noneOr = (schema: z.ZodType<string, string>): z.ZodType<string> =>
  withDefault<string>(z.union([z.literal(""), schema]), "");

const detectLocal = z.strictObject({
  bridgeInterface: noneOr(device),
  interfaceNamePrefix: noneOr(deviceOf(LONGEST_DEVICE_PREFIX)),
});

/** What a mode cannot go without: kubeproxyconfig/validation validateInterface. */
const NEEDED = { BridgeInterface: "bridgeInterface", InterfaceNamePrefix: "interfaceNamePrefix" } as const;

/** component-helpers node/util GetHostname. */
const hostname = text.transform((name) => name.trim().toLowerCase());

const ipvs: z.ZodType<IpvsConfiguration> = z
  .strictObject({
    scheduler: choice(SCHEDULERS),
    strictARP: off,
    ...unread("excludeCIDRs", "minSyncPeriod", "syncPeriod", "tcpFinTimeout", "tcpTimeout", "udpTimeout"),
  })
  .transform(({ scheduler, strictARP }) => ({ scheduler, strictARP }));

/** Modes iptables and ipvs have it in one place, mode nftables in another. */
const masquerading = {
  masqueradeAll: off,
  masqueradeBit: withDefault(z.int().min(0).max(31), DEFAULT_MASQUERADE_BIT),
};

const read = z.strictObject({
  mode: choice(MODES),
  hostnameOverride: hostname,
  clusterCIDR: withDefault<readonly Prefix[]>(clusterCIDR, []),
  detectLocalMode: choice(DETECT_LOCAL_MODES),
  detectLocal: section(detectLocal),
  nodePortAddresses: withDefault<readonly Prefix[] | "primary">(nodePortAddresses, []),
  iptables: section(
    z.strictObject({
      ...masquerading,
      localhostNodePorts: withDefault(z.boolean(), true),
      ...unread("minSyncPeriod", "syncPeriod"),
    }),
  ),
  nftables: section(z.strictObject({ ...masquerading, ...unread("minSyncPeriod", "syncPeriod") })),
  conntrack: section(
    z.strictObject({
      tcpBeLiberal: off,
      ...unread(
        ...["maxPerCore", "min", "tcpCloseWaitTimeout", "tcpEstablishedTimeout"],
        ...["udpStreamTimeout", "udpTimeout"],
      ),
    }),
  ),
  ipvs: section(ipvs),
  ...unread(
    ...["apiVersion", "kind", "metadata", "bindAddress", "bindAddressHardFail", "clientConnection", "configSyncPeriod"],
    ...["enableProfiling", "featureGates", "healthzBindAddress", "logging", "metricsBindAddress"],
    ...["oomScoreAdj", "portRange", "showHiddenMetricsForVersion", "windowsRunAsService", "winkernel"],
  ),
});

const checked = read.superRefine(({ detectLocalMode: mode, detectLocal }, context) => {
  if (mode !== "BridgeInterface" && mode !== "InterfaceNamePrefix") return;
  const field = NEEDED[mode];
  if (detectLocal[field] !== "") return;
  context.addIssue({ code: "invalid_type", expected: "string", path: ["detectLocal", field], input: undefined });
});

export const kubeProxyConfiguration: z.ZodType<KubeProxyConfiguration> = checked.transform(
  (config): KubeProxyConfiguration => ({
    kind: "KubeProxyConfiguration",
    mode: config.mode,
    hostnameOverride: config.hostnameOverride,
    masqueradeBit: (config.mode === "nftables" ? config.nftables : config.iptables).masqueradeBit,
    masqueradeAll: (config.mode === "nftables" ? config.nftables : config.iptables).masqueradeAll,
    localhostNodePorts: config.iptables.localhostNodePorts,
    detectLocalMode: config.detectLocalMode,
    ...config.detectLocal,
    clusterCIDRs: config.clusterCIDR,
    nodePortAddresses: config.nodePortAddresses,
    tcpBeLiberal: config.conntrack.tcpBeLiberal,
    ipvs: config.ipvs,
  }),
);

/** What runs where no such object is given. */
export const defaultKubeProxyConfiguration: KubeProxyConfiguration = kubeProxyConfiguration.parse({});
