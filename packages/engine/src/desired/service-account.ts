import { z } from "zod";
import type { Metadata } from "./fields.ts";
import { namespacedMetadata, typeMeta, unread } from "./fields.ts";

/** v1 ServiceAccount: its labels are what counts. */
export interface ServiceAccount {
  readonly kind: "ServiceAccount";
  readonly metadata: Metadata;
}

export const serviceAccount: z.ZodType<ServiceAccount> = z
  .strictObject({
    ...typeMeta,
    metadata: namespacedMetadata,
    ...unread("automountServiceAccountToken", "imagePullSecrets", "secrets"),
  })
  .transform(({ metadata }): ServiceAccount => ({ kind: "ServiceAccount", metadata }));
