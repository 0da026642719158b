import { z } from "zod";
import type { CiliumConfig } from "./cilium/config.ts";
import { ciliumConfig } from "./cilium/config.ts";
import type { Metadata } from "./fields.ts";
import { namespacedMetadata, typeMeta, unread } from "./fields.ts";

/** v1 ConfigMap. */
export interface ConfigMap {
  readonly kind: "ConfigMap";
  readonly metadata: Metadata;
  /** What `cilium-config` says; null: it is another ConfigMap. */
  readonly cilium: CiliumConfig | null;
}

const CILIUM = "cilium-config";

const read = z.strictObject({
  ...typeMeta,
  metadata: namespacedMetadata,
  data: z.record(z.string(), z.string()).nullish(),
  ...unread("binaryData", "immutable"),
});

export const configMap: z.ZodType<ConfigMap> = read.transform(({ metadata, data }, context): ConfigMap => {
  if (metadata.name !== CILIUM) return { kind: "ConfigMap", metadata, cilium: null };
  const { data: cilium, error } = ciliumConfig.safeParse(data ?? {}, { reportInput: true });
  if (error === undefined) return { kind: "ConfigMap", metadata, cilium };
  for (const issue of error.issues) context.addIssue({ ...issue, path: ["data", ...issue.path] });
  return z.NEVER;
});
