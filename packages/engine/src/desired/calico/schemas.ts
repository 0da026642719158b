import type { z } from "zod";
import { hostEndpoint, workloadEndpoint } from "./endpoint.ts";
import { clusterInformation, felixConfiguration } from "./felix-configuration.ts";
import { calicoNode, globalNetworkSet, ipPool, networkSet } from "./network.ts";
import { globalNetworkPolicy, networkPolicy, profile, tier } from "./policy.ts";
import type { CalicoObject } from "./state.ts";

const KINDS: readonly (readonly [kind: string, schema: z.ZodType<CalicoObject>])[] = [
  ["FelixConfiguration", felixConfiguration],
  ["ClusterInformation", clusterInformation],
  ["Node", calicoNode],
  ["IPPool", ipPool],
  ["Tier", tier],
  ["NetworkPolicy", networkPolicy],
  ["GlobalNetworkPolicy", globalNetworkPolicy],
  ["Profile", profile],
  ["WorkloadEndpoint", workloadEndpoint],
  ["HostEndpoint", hostEndpoint],
  ["NetworkSet", networkSet],
  ["GlobalNetworkSet", globalNetworkSet],
];

/** As calicoctl and the API server print them, and as the custom resources behind those are stored. */
const API_VERSIONS = ["projectcalico.org/v3", "crd.projectcalico.org/v1"];

export const calicoSchemas: readonly (readonly [type: string, schema: z.ZodType<CalicoObject>])[] =
  API_VERSIONS.flatMap((version) => KINDS.map(([kind, schema]) => [`${version} ${kind}`, schema] as const));
