import type { z } from "zod";
import { ciliumEndpoint } from "./endpoint.ts";
import { ciliumClusterwideEnvoyConfig, ciliumEnvoyConfig } from "./envoy-config.ts";
import { ciliumClusterwideNetworkPolicy, ciliumNetworkPolicy } from "./network-policy.ts";
import { ciliumNode } from "./node.ts";
import type { CiliumObject } from "./state.ts";

const KINDS: readonly (readonly [kind: string, schema: z.ZodType<CiliumObject>])[] = [
  ["CiliumNode", ciliumNode],
  ["CiliumEndpoint", ciliumEndpoint],
  ["CiliumEnvoyConfig", ciliumEnvoyConfig],
  ["CiliumClusterwideEnvoyConfig", ciliumClusterwideEnvoyConfig],
  ["CiliumNetworkPolicy", ciliumNetworkPolicy],
  ["CiliumClusterwideNetworkPolicy", ciliumClusterwideNetworkPolicy],
];

export const ciliumSchemas: readonly (readonly [type: string, schema: z.ZodType<CiliumObject>])[] = KINDS.map(
  ([kind, schema]) => [`cilium.io/v2 ${kind}`, schema],
);
