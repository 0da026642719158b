import { z } from "zod";
import type { Address } from "../../base/address.ts";
import type { Metadata } from "../fields.ts";
import type { CiliumLabel } from "./endpoint-selector.ts";
import { ciliumLabel } from "./endpoint-selector.ts";
import { address, namespacedMetadata, typeMeta, unread } from "../fields.ts";

/** cilium.io/v2 CiliumEndpoint: a pod that has Cilium's network. */
export interface CiliumEndpoint {
  readonly kind: "CiliumEndpoint";
  readonly metadata: Metadata;
  /** Of the node that it runs on; null while it has none. */
  readonly nodeIP: Address | null;
  readonly addresses: readonly Address[];
  /** Those of its identity, by which policies select it; null while it has none. */
  readonly labels: readonly CiliumLabel[] | null;
}

const networking = z.strictObject({
  node: address.nullish(),
  addressing: z.array(z.strictObject({ ipv4: address.nullish(), ipv6: address.nullish() })).nullish(),
});

const status = z.strictObject({
  networking: networking.nullish(),
  identity: z.looseObject({ labels: z.array(z.string()).nullish() }).nullish(),
  ...unread(
    ...["controllers", "encryption", "external-identifiers", "health", "id", "log", "named-ports"],
    ...["policy", "service-account", "state", "visibility-policy-status"],
  ),
});

export const ciliumEndpoint: z.ZodType<CiliumEndpoint> = z
  .strictObject({ ...typeMeta, metadata: namespacedMetadata, status: status.nullish() })
  .transform(({ metadata, status }): CiliumEndpoint => {
    const pairs = status?.networking?.addressing ?? [];
    return {
      kind: "CiliumEndpoint",
      metadata,
      nodeIP: status?.networking?.node ?? null,
      labels: status?.identity?.labels?.map(ciliumLabel) ?? null,
      addresses: pairs.flatMap(({ ipv4, ipv6 }) =>
        [ipv4, ipv6].flatMap((one) => (one === null || one === undefined ? [] : [one])),
      ),
    };
  });
