import { z } from "zod";
import type { Prefix } from "../base/address.ts";
import type { Metadata } from "./fields.ts";
import { metadata, prefix, typeMeta, unread } from "./fields.ts";

/** networking.k8s.io/v1 ServiceCIDR: ranges that cluster IPs are taken from. */
export interface ServiceCIDR {
  readonly kind: "ServiceCIDR";
  readonly metadata: Metadata;
  /** One, or one for each family. */
  readonly cidrs: readonly Prefix[];
}

export const serviceCIDR: z.ZodType<ServiceCIDR> = z
  .strictObject({ ...typeMeta, metadata, spec: z.strictObject({ cidrs: z.array(prefix) }), ...unread("status") })
  .transform(({ metadata, spec }): ServiceCIDR => ({ kind: "ServiceCIDR", metadata, cidrs: spec.cidrs }));
