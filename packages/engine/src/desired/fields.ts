import { z } from "zod";
import type { Address, Prefix } from "../base/address.ts";
import { parseAddress, parsePrefix } from "../base/address.ts";

const LONGEST_DEVICE = 15;

/**
 * What several kinds of objects have. The message of a check is what the value must be, in signs that need no translation;
 * see diagnostics.ts.
 */
export const address: z.ZodType<Address, string> = readBy(parseAddress, "IP");
export const prefix: z.ZodType<Prefix, string> = readBy(parsePrefix, "IP/LENGTH");
/** The kernel's dev_valid_name, less what the tools could not write down: quotes, signs that nobody sees, `!` alone. */
const DEVICE = /^(?!\.{1,2}$|!$)[^\s/:"'\\\p{Cc}\p{Cf}]+$/u;

/** The name of a device, or what `longest` signs of it begin with. */
export function deviceOf(longest: number): z.ZodType<string, string> {
  return z.string().max(longest).regex(DEVICE, "DEV");
}

/** The name of a device. */
export const device: z.ZodType<string, string> = deviceOf(LONGEST_DEVICE);

/** What strconv.ParseBool takes, and what of it is true. */
export const GO_TRUE: ReadonlySet<string> = new Set(["1", "t", "T", "true", "TRUE", "True"]);
export const GO_BOOLEANS: ReadonlySet<string> = new Set([...GO_TRUE, "0", "f", "F", "false", "FALSE", "False"]);

export const port: z.ZodInt = z.int().min(1).max(65_535);

/** IANA_SVC_NAME: IsValidPortName. */
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Whether it may be the name of a device. */
export function isDevice(name: string): boolean {
  return device.safeParse(name).success;
}

/** A port, or the name of a container's port. */
export const portOrName: z.ZodType<number | string> = z.union([port, z.string().regex(PORT_NAME, "PORT-NAME")]);

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

/** RFC 1123: one part of a name, as names of namespaces and ports are. Its length is checked apart. */
const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const LONGEST_LABEL = 63;

/** apimachinery util/validation IsDNS1123Label. */
const dnsLabel = z
  .string()
  .max(LONGEST_LABEL)
  .regex(new RegExp(`^${LABEL}$`), LABEL);

/** The same, where "" says that there is none. */
export const labelOrNone: z.ZodType<string> = z
  .string()
  .max(LONGEST_LABEL)
  .regex(new RegExp(`^(${LABEL})?$`), LABEL);

/** Under this an issue holds the index of the first item of an array that has the same value. */
export const FIRST = "first";

/**
 * A check of an array: no two items may be alike. `valueOf` gives what is compared, as it is told to people, or null where there is
 * nothing to compare; `field` is where in the item it stands.
 */
export function distinct<T>(
  field: string,
  valueOf: (item: T) => string | null,
): (items: readonly T[], context: z.RefinementCtx) => void {
  return (items, context) => {
    if (items.length < 2) return;
    const seen = new Map<string, number>();
    for (const [index, item] of items.entries()) {
      const input = valueOf(item);
      if (input === null) continue;
      const first = seen.get(input);
      if (first === undefined) seen.set(input, index);
      else context.addIssue({ code: "custom", message: "", path: [index, field], input, params: { [FIRST]: first } });
    }
  };
}

const words: z.ZodType<Readonly<Record<string, string>>> = z.record(z.string(), z.string());

/** Of any object: apimachinery util/validation DNS1123SubdomainMaxLength. */
const LONGEST_NAME = 253;

/** And whatever else its kind asks: api/validation/path IsValidPathSegmentName, less what no kind lets pass. */
const NAME = /^(?!\.{1,2}$)[^\s/%"'\\\p{Cc}\p{Cf}]+$/u;

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

const anyName = z.string().min(1).max(LONGEST_NAME);

export const metadata: z.ZodType<Metadata> = metadataOf(anyName.regex(NAME, "NAME"));

/** Of an object whose name nobody but people reads. */
export const titledMetadata: z.ZodType<Metadata> = metadataOf(anyName);

function metadataOf(name: z.ZodType<string>): z.ZodType<Metadata> {
  return z
    .strictObject({
      name,
      namespace: labelOrNone.nullish(),
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
}

/** Of an object that lives in a namespace: where it names none, kubectl puts it into this one. */
export const namespacedMetadata: z.ZodType<Metadata> = metadata.transform((read) => ({
  ...read,
  namespace: read.namespace === "" ? "default" : read.namespace,
}));

/** Of an object whose name is one label. */
export function labelled(of: z.ZodType<Metadata>): z.ZodType<Metadata> {
  return of.superRefine(({ name }, context) => {
    for (const issue of dnsLabel.safeParse(name, { reportInput: true }).error?.issues ?? [])
      context.addIssue({ ...issue, path: ["name"] });
  });
}

/** A text that a parser of ours reads; `expected` says what it has to be. */
function readBy<T>(parse: (text: string) => T | null, expected: string): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: "custom", message: expected, input: text });
    return z.NEVER;
  });
}
