import type { z } from "zod";
import { calicoSchemas } from "./calico/schemas.ts";
import { ciliumSchemas } from "./cilium/schemas.ts";
import { configMap } from "./config-map.ts";
import { daemonSet } from "./daemon-set.ts";
import { endpointSlice } from "./endpoint-slice.ts";
import { kubeProxyConfiguration } from "./kube-proxy-configuration.ts";
import { kubeletConfiguration } from "./kubelet-configuration.ts";
import { namespace } from "./namespace.ts";
import { networkPolicy } from "./network-policy.ts";
import { nodeFacts } from "./node-facts.ts";
import { node } from "./node.ts";
import { packetTests } from "./packet-tests.ts";
import { pod } from "./pod.ts";
import { serviceAccount } from "./service-account.ts";
import { serviceCIDR } from "./service-cidr.ts";
import { service } from "./service.ts";
import type { DesiredObject } from "./state.ts";

/** `apiVersion kind` → what such an object must look like. To read one more kind, write its file and name it here. */
export const schemas: ReadonlyMap<string, z.ZodType<DesiredObject>> = new Map<string, z.ZodType<DesiredObject>>([
  ["v1 Service", service],
  ["v1 ConfigMap", configMap],
  ["v1 Node", node],
  ["v1 Pod", pod],
  ["v1 Namespace", namespace],
  ["v1 ServiceAccount", serviceAccount],
  ["networking.k8s.io/v1 NetworkPolicy", networkPolicy],
  ["discovery.k8s.io/v1 EndpointSlice", endpointSlice],
  ["networking.k8s.io/v1 ServiceCIDR", serviceCIDR],
  ["kubeproxy.config.k8s.io/v1alpha1 KubeProxyConfiguration", kubeProxyConfiguration],
  ["kubelet.config.k8s.io/v1beta1 KubeletConfiguration", kubeletConfiguration],
  ["apps/v1 DaemonSet", daemonSet],
  ["hookwalk.dev/v1 Node", nodeFacts],
  ["hookwalk.dev/v1 PacketTests", packetTests],
  ...calicoSchemas,
  ...ciliumSchemas,
]);
