import { z } from "zod";
import { unread, withDefault } from "./fields.ts";

/** kubelet.config.k8s.io/v1beta1 KubeletConfiguration, as far as it is about rules, with its defaults filled in. */
export interface KubeletConfiguration {
  readonly kind: "KubeletConfiguration";
  readonly makeIPTablesUtilChains: boolean;
  readonly iptablesMasqueradeBit: number;
  readonly iptablesDropBit: number;
  /** Feature gate IPTablesOwnershipCleanup; null: as the version has it. */
  readonly ownershipCleanup: boolean | null;
  /** Feature gate IPv6DualStack; null: as the version has it. */
  readonly dualStack: boolean | null;
}

const DEFAULT_MASQUERADE_BIT = 14;
const DEFAULT_DROP_BIT = 15;

const bit = z.int().min(0).max(31);

const read = z
  .strictObject({
    makeIPTablesUtilChains: withDefault(z.boolean(), true),
    iptablesMasqueradeBit: withDefault(bit, DEFAULT_MASQUERADE_BIT),
    iptablesDropBit: withDefault(bit, DEFAULT_DROP_BIT),
    featureGates: z.record(z.string(), z.boolean()).nullish(),
    ...unread(
      ...[
        "address",
        "allowedUnsafeSysctls",
        "apiVersion",
        "authentication",
        "authorization",
        "cgroupDriver",
        "cgroupRoot",
      ],
      ...["cgroupsPerQOS", "clusterDNS", "clusterDomain", "configMapAndSecretChangeDetectionStrategy"],
      ...["containerLogMaxFiles", "containerLogMaxSize", "containerLogMaxWorkers", "containerLogMonitorInterval"],
      ...["containerRuntimeEndpoint", "contentType", "cpuCFSQuota", "cpuCFSQuotaPeriod", "cpuManagerPolicy"],
      ...["cpuManagerPolicyOptions", "cpuManagerReconcilePeriod", "crashLoopBackOff", "enableContentionProfiling"],
      ...[
        "enableControllerAttachDetach",
        "enableDebugFlagsHandler",
        "enableDebuggingHandlers",
        "enableProfilingHandler",
      ],
      ...["enableServer", "enableSystemLogHandler", "enableSystemLogQuery", "enforceNodeAllocatable", "eventBurst"],
      ...["eventRecordQPS", "evictionHard", "evictionMaxPodGracePeriod", "evictionMinimumReclaim"],
      ...["evictionPressureTransitionPeriod", "evictionSoft", "evictionSoftGracePeriod", "failCgroupV1", "failSwapOn"],
      ...["fileCheckFrequency", "hairpinMode", "healthzBindAddress", "healthzPort", "httpCheckFrequency"],
      ...["imageGCHighThresholdPercent", "imageGCLowThresholdPercent", "imageMaximumGCAge", "imageMinimumGCAge"],
      ...["imagePullCredentialsVerificationPolicy", "imageServiceEndpoint", "kernelMemcgNotification", "kind"],
      ...["kubeAPIBurst", "kubeAPIQPS", "kubeReserved", "kubeReservedCgroup", "kubeletCgroups"],
      ...["localStorageCapacityIsolation", "logging", "maxOpenFiles", "maxParallelImagePulls"],
      ...["maxPods", "memoryManagerPolicy", "memorySwap", "memoryThrottlingFactor", "mergeDefaultEvictionSettings"],
      ...["metadata", "nodeLeaseDurationSeconds", "nodeStatusMaxImages", "nodeStatusReportFrequency"],
      ...["nodeStatusUpdateFrequency", "oomScoreAdj", "podCIDR", "podLogsDir", "podPidsLimit", "podsPerCore", "port"],
      ...["preloadedImagesVerificationAllowlist", "protectKernelDefaults", "providerID", "qosReserved", "readOnlyPort"],
      ...["registerNode", "registerWithTaints", "registryBurst", "registryPullQPS", "reservedMemory"],
      ...["reservedSystemCPUs", "resolvConf", "rotateCertificates", "runOnce", "runtimeRequestTimeout"],
      ...["seccompDefault", "serializeImagePulls", "serverTLSBootstrap", "showHiddenMetricsForVersion"],
      ...["shutdownGracePeriod", "shutdownGracePeriodByPodPriority", "shutdownGracePeriodCriticalPods"],
      ...["singleProcessOOMKill", "staticPodPath", "staticPodURL", "staticPodURLHeader"],
      ...["streamingConnectionIdleTimeout", "syncFrequency", "systemCgroups", "systemReserved"],
      ...["systemReservedCgroup", "tlsCertFile", "tlsCipherSuites", "tlsMinVersion", "tlsPrivateKeyFile"],
      ...["topologyManagerPolicy", "topologyManagerPolicyOptions", "topologyManagerScope", "tracing", "userNamespaces"],
      ...["volumePluginDir", "volumeStatsAggPeriod"],
    ),
  })
  .refine((config) => config.iptablesMasqueradeBit !== config.iptablesDropBit, {
    message: "≠ iptablesMasqueradeBit",
    path: ["iptablesDropBit"],
  });

export const kubeletConfiguration: z.ZodType<KubeletConfiguration> = read.transform(
  ({ makeIPTablesUtilChains, iptablesMasqueradeBit, iptablesDropBit, featureGates }): KubeletConfiguration => {
    const gates = new Map(Object.entries(featureGates ?? {}));
    return {
      kind: "KubeletConfiguration",
      makeIPTablesUtilChains,
      iptablesMasqueradeBit,
      iptablesDropBit,
      ownershipCleanup: gates.get("IPTablesOwnershipCleanup") ?? null,
      dualStack: gates.get("IPv6DualStack") ?? null,
    };
  },
);

/** What runs where no such object is given. */
export const defaultKubeletConfiguration: KubeletConfiguration = kubeletConfiguration.parse({});
