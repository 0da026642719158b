import { z } from "zod";
import type { Metadata } from "./fields.ts";
import { metadata, typeMeta, unread } from "./fields.ts";

/** apps/v1 DaemonSet: what its containers are started with. */
export interface DaemonSet {
  readonly kind: "DaemonSet";
  readonly metadata: Metadata;
  readonly containers: readonly Container[];
}

export interface Container {
  readonly image: string;
  /** `command`, then `args`. */
  readonly words: readonly string[];
}

const words = z.array(z.string()).nullish();

/** A pod's template has far more than is read here, and grows with every release: what is not named is passed over. */
const container = z
  .object({ image: z.string().nullish(), command: words, args: words })
  .transform(({ image, command, args }): Container => ({
    image: image ?? "",
    words: [...(command ?? []), ...(args ?? [])],
  }));

const template = z.object({ spec: z.object({ containers: z.array(container) }) });

const spec = z.strictObject({
  template,
  ...unread("minReadySeconds", "revisionHistoryLimit", "selector", "updateStrategy"),
});

export const daemonSet: z.ZodType<DaemonSet> = z
  .strictObject({ ...typeMeta, metadata, spec, ...unread("status") })
  .transform(({ metadata, spec }): DaemonSet => {
    return { kind: "DaemonSet", metadata, containers: spec.template.spec.containers };
  });
