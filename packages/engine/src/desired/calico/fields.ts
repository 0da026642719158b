import { z } from "zod";
import type { Prefix } from "../../base/address.ts";
import type { Range } from "../../base/ranges.ts";
import { single } from "../../base/ranges.ts";
import { parseSelector } from "../../selector/parse-selector.ts";
import type { Selector } from "../../selector/selector.ts";
import type { Metadata } from "../fields.ts";
import { metadata, prefix, withDefault } from "../fields.ts";

/** What the objects of projectcalico.org/v3 have in common: libcalico-go/lib/validator/v3/validator.go says what is valid. */

const LONGEST_NAME = 253;
const LONGEST_NAMESPACE = 63;
const LONGEST_INTERFACE = 15;
const LONGEST_SELECTOR = 1024;
/** Signs of a selector before the place where it cannot be read on, in the message. */
const SHOWN = 24;

const NAME = /^[a-z0-9]([-._a-z0-9]*[a-z0-9])?$/;

/** A name that Kubernetes takes; "" as a namespace: the object has none. */
export const calicoMetadata: z.ZodType<Metadata> = metadata.transform((read, context) => {
  check(context, "name", read.name, LONGEST_NAME);
  if (read.namespace !== "") check(context, "namespace", read.namespace, LONGEST_NAMESPACE);
  return read;
});

/** Metadata of an object that always is in a namespace. */
export const namespacedMetadata: z.ZodType<Metadata> = calicoMetadata.transform((read, context) => {
  if (read.namespace === "") fault(context, ["namespace"], "[a-z0-9]([-._a-z0-9]*[a-z0-9])?", "");
  return read;
});

function check(context: z.RefinementCtx, field: string, text: string, longest: number): void {
  if (text.length > longest) fault(context, [field], `≤ ${String(longest)}`, text);
  else if (!NAME.test(text)) fault(context, [field], "[a-z0-9]([-._a-z0-9]*[a-z0-9])?", text);
}

/** What the value at a path of the object must be. */
export function fault(context: z.RefinementCtx, path: readonly PropertyKey[], expected: string, input: unknown): void {
  context.addIssue({ code: "custom", path: [...path], message: expected, input });
}

/** A selector as it was written, and as it was read. */
export interface WrittenSelector {
  readonly text: string;
  readonly selector: Selector;
}

/** Null: the field is not given, or empty. */
export const selector: z.ZodType<WrittenSelector | null> = withDefault(z.string(), "").transform((text, context) => {
  if (text === "") return null;
  if (text.length > LONGEST_SELECTOR) {
    context.addIssue({ code: "custom", message: `≤ ${String(LONGEST_SELECTOR)}`, input: text });
    return z.NEVER;
  }
  const { value, diagnostics } = parseSelector(text, { file: "", line: 1 });
  if (value !== null) return { text, selector: value };
  const { column = 1, expected = "" } = diagnostics[0]?.params ?? {};
  const before = text.slice(0, Number(column) - 1).slice(-SHOWN);
  context.addIssue({ code: "custom", message: `${before}⟨${String(expected)}⟩`, input: text });
  return z.NEVER;
});

/** One that says who somebody is: `global()` is a word of rules' namespaceSelectors, with no other beside it (libcalico-go/lib/validator/v3). */
export const ownSelector: typeof selector = limited("≠ global()", ({ text }) => !text.includes("global("));

export const namespacesOrGlobal: typeof selector = limited("global()", (read) => {
  return read.selector.kind === "global" || !read.text.includes("global(");
});

function limited(expected: string, isTaken: (read: WrittenSelector) => boolean): typeof selector {
  return selector.transform((read, context) => {
    if (read !== null && !isTaken(read)) context.addIssue({ code: "custom", message: expected, input: read.text });
    return read;
  });
}

/** The host's end of a link. */
export const deviceName: z.ZodString = z
  .string()
  .regex(/^[a-zA-Z0-9_.-]+$/, "[a-zA-Z0-9_.-]+")
  .max(LONGEST_INTERFACE);

/** By the name that Calico prints, or by its number. */
export type CalicoProtocol = string | number;

const PROTOCOL_NAMES = ["TCP", "UDP", "ICMP", "ICMPv6", "SCTP", "UDPLite"] as const;

export const calicoProtocol: z.ZodType<CalicoProtocol> = z
  .union([z.string(), z.number()])
  .transform((value, context) => {
    const name = PROTOCOL_NAMES.find((one) => one.toLowerCase() === String(value).toLowerCase());
    if (name !== undefined) return name;
    const number = /^\d{1,3}$/.test(String(value)) ? Number(value) : 0;
    if (number >= 1 && number <= 255) return number;
    context.addIssue({ code: "custom", message: [...PROTOCOL_NAMES, "1…255"].join(" | "), input: value });
    return z.NEVER;
  });

/** A port of a rule: numbers, or the name of a port of the endpoint. */
export type PortMatch =
  { readonly kind: "range"; readonly range: Range } | { readonly kind: "named"; readonly name: string };

const PORT_NAME = /^[a-zA-Z0-9_.-]{1,128}$/;
const MAX_PORT = 65_535;

export const portName: z.ZodString = z.string().regex(PORT_NAME, "[a-zA-Z0-9_.-]{1,128}");

/** `80`, `"8080:8090"`, `http`: api/pkg/lib/numorstring/port.go. */
export const portMatch: z.ZodType<PortMatch> = z.union([z.string(), z.number()]).transform((value, context) => {
  const range = portRangeOf(value);
  if (range !== null) return { kind: "range", range } as const;
  if (typeof value === "string" && !/^[\d:]*$/.test(value) && PORT_NAME.test(value))
    return { kind: "named", name: value } as const;
  context.addIssue({ code: "custom", message: "1…65535 | FROM:TO | NAME", input: value });
  return z.NEVER;
});

/** Ports by number only. */
export const portRange: z.ZodType<Range> = z.union([z.string(), z.number()]).transform((value, context) => {
  const range = portRangeOf(value);
  if (range !== null) return range;
  context.addIssue({ code: "custom", message: "1…65535 | FROM:TO", input: value });
  return z.NEVER;
});

function portRangeOf(value: string | number): Range | null {
  const [, first, last] = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(String(value)) ?? [];
  if (first === undefined) return null;
  const range = last === undefined ? single(Number(first)) : { from: Number(first), to: Number(last) };
  return range.from >= 1 && range.from <= range.to && range.to <= MAX_PORT ? range : null;
}

/** A port that an endpoint has under a name. */
export interface EndpointPort {
  readonly name: string;
  readonly protocol: CalicoProtocol;
  readonly port: number;
}

/** One of some words, whatever its case; null: the field is not given, or empty. */
export function word<const T extends string>(...words: readonly T[]): z.ZodType<T | null> {
  return withDefault(z.string(), "").transform((text, context): T | null => {
    if (text === "") return null;
    const found = words.find((one) => one.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    context.addIssue({ code: "custom", message: words.join(" | "), input: text });
    return z.NEVER;
  });
}

/** A list that may be absent. */
export function list<T>(schema: z.ZodType<T>): z.ZodType<readonly T[]> {
  return withDefault<readonly T[]>(z.array(schema), []);
}

export const prefixes: z.ZodType<readonly Prefix[]> = list(prefix);
/** What an absent field is told as. */
export function optional<T>(schema: z.ZodType<T>): z.ZodType<T | null> {
  return withDefault<T | null>(schema, null);
}
