import { z } from "zod";
import type { Metadata } from "./fields.ts";
import { labelled, metadata, typeMeta, unread } from "./fields.ts";

/** v1 Namespace: its labels are what counts. */
export interface Namespace {
  readonly kind: "Namespace";
  readonly metadata: Metadata;
}

/** The API server puts it on every namespace. */
const NAME_LABEL = "kubernetes.io/metadata.name";

export const namespace: z.ZodType<Namespace> = z
  .strictObject({ ...typeMeta, metadata: labelled(metadata), ...unread("spec", "status") })
  .transform(({ metadata }): Namespace => ({
    kind: "Namespace",
    metadata: { ...metadata, labels: new Map([...metadata.labels, [NAME_LABEL, metadata.name]]) },
  }));
