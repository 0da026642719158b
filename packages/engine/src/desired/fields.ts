import { z } from "zod";
import type { Address, Prefix } from "../base/address.ts";
import { parseAddress, parsePrefix } from "../base/address.ts";

/**
 * What several kinds of objects have. The message of a check is what the value must be, in signs that need no translation;
 * see diagnostics.ts.
 */
export const address: z.ZodType<Address, string> = readBy(parseAddress, "IP");
export const prefix: z.ZodType<Prefix, string> = readBy(parsePrefix, "IP/LENGTH");
export const port: z.ZodInt = z.int().min(1).max(65_535);

/** `apiVersion`, `kind`: the caller has already found the schema by them. */
export const typeMeta: { readonly apiVersion: z.ZodString; readonly kind: z.ZodString } = {
  apiVersion: z.string(),
  kind: z.string(),
};

/** A field that may be absent or null, and what it then means. */
export function withDefault<T>(schema: z.ZodType<T>, absent: T): z.ZodType<T> {
  return schema.nullish().transform((value) => value ?? absent);
}

type Unread = z.ZodOptional<z.ZodUnknown>;

/** Fields that the API has and nothing here reads: known, so that a misspelt one is not. */
export function unread<const Name extends string>(...names: readonly Name[]): Readonly<Record<Name, Unread>> {
  // The keys are exactly the names that were given.
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as Record<Name, Unread>;
}

const words: z.ZodType<Readonly<Record<string, string>>> = z.record(z.string(), z.string());

/** meta/v1 ObjectMeta. */
export interface Metadata {
  readonly name: string;
  /** "" where the object has none. */
  readonly namespace: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** When the object came to be, as the API server writes it (it sorts as text); "" where it does not say. */
  readonly created: string;
  /** It has a deletion timestamp: somebody asked for its end. */
  readonly isTerminating: boolean;
}

export const metadata: z.ZodType<Metadata> = z
  .strictObject({
    name: z.string().min(1),
    namespace: z.string().nullish(),
    labels: words.nullish(),
    annotations: words.nullish(),
    creationTimestamp: z.string().nullish(),
    deletionTimestamp: z.string().nullish(),
    ...unread(
      ...["deletionGracePeriodSeconds", "finalizers", "generateName", "generation"],
      ...["managedFields", "ownerReferences", "resourceVersion", "selfLink", "uid"],
    ),
  })
  .transform(({ name, namespace, labels, annotations, creationTimestamp, deletionTimestamp }) => ({
    name,
    namespace: namespace ?? "",
    labels: new Map(Object.entries(labels ?? {})),
    annotations: new Map(Object.entries(annotations ?? {})),
    created: creationTimestamp ?? "",
    isTerminating: typeof deletionTimestamp === "string",
  }));

/** Of an object that lives in a namespace: where it names none, kubectl puts it into this one. */
export const namespacedMetadata: z.ZodType<Metadata> = metadata.transform((read) => ({
  ...read,
  namespace: read.namespace === "" ? "default" : read.namespace,
}));

/** A text that a parser of ours reads; `expected` says what it has to be. */
function readBy<T>(parse: (text: string) => T | null, expected: string): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: "custom", message: expected, input: text });
    return z.NEVER;
  });
}
