import { z } from "zod";
import type { Address } from "../base/address.ts";
import { parseV4, parseV6 } from "../base/address.ts";
import type { Metadata } from "./fields.ts";
import { distinct, labelOrNone, metadata, port, typeMeta, unread, withDefault } from "./fields.ts";
import type { ServiceProtocol } from "./service.ts";
import { protocol } from "./service.ts";

/** discovery.k8s.io/v1 EndpointSlice. */
export interface EndpointSlice {
  readonly kind: "EndpointSlice";
  readonly metadata: Metadata;
  readonly addressType: "IPv4" | "IPv6" | "FQDN";
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export interface EndpointPort {
  readonly name: string;
  readonly protocol: ServiceProtocol;
  readonly port: number;
}

export interface Endpoint {
  /** Consumers use the first one only. */
  readonly address: Address;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly nodeName: string | null;
  /** Zones and nodes that should use it; null: no hints. */
  readonly zones: readonly string[] | null;
  readonly nodes: readonly string[] | null;
}

const endpointPort = z.strictObject({
  name: withDefault(labelOrNone, ""),
  protocol: withDefault(protocol, "TCP"),
  port: port.nullish(),
  ...unread("appProtocol"),
});

/** discovery/validation validatePorts: only one port may go without a name. */
const endpointPorts = z.array(endpointPort).superRefine(distinct("name", ({ name }) => name));

const conditions = z
  .strictObject({ ready: z.boolean().nullish(), serving: z.boolean().nullish(), terminating: z.boolean().nullish() })
  .nullish()
  .transform((read) => {
    // As kube-proxy takes an absent one (pkg/proxy/endpointslicecache.go); the API's own words have it serve as far as it is ready.
    return { ready: read?.ready ?? true, serving: read?.serving ?? true, terminating: read?.terminating ?? false };
  });

/** No names are no hint. */
const named = z
  .array(z.strictObject({ name: z.string() }))
  .nullish()
  .transform((read) =>
    read === undefined || read === null || read.length === 0 ? null : read.map(({ name }) => name),
  );

const hints = z
  .strictObject({ forZones: named, forNodes: named })
  .nullish()
  .transform((read) => ({ zones: read?.forZones ?? null, nodes: read?.forNodes ?? null }));

const endpoint = z.strictObject({
  // At least one.
  addresses: z.tuple([z.string()], z.string()),
  conditions,
  nodeName: withDefault<string | null>(z.string(), null),
  hints,
  ...unread("deprecatedTopology", "hostname", "targetRef", "zone"),
});

const read = z.strictObject({
  ...typeMeta,
  metadata,
  addressType: z.enum(["IPv4", "IPv6", "FQDN"]),
  ports: withDefault<readonly z.infer<typeof endpointPort>[]>(endpointPorts, []),
  endpoints: withDefault<readonly z.infer<typeof endpoint>[]>(z.array(endpoint), []),
});

export const endpointSlice: z.ZodType<EndpointSlice> = read.transform((slice, context): EndpointSlice => {
  const { metadata, addressType } = slice;
  const endpoints: Endpoint[] = [];
  // A name instead of an address: nothing that programs a node reads such a slice.
  for (const [index, one] of addressType === "FQDN" ? [] : slice.endpoints.entries()) {
    const [text] = one.addresses;
    const parsed = addressType === "IPv4" ? parseV4(text) : parseV6(text);
    if (parsed === null) {
      const path = ["endpoints", index, "addresses", 0];
      context.addIssue({ code: "custom", message: addressType, path, input: text });
      return z.NEVER;
    }
    endpoints.push({ address: parsed, ...one.conditions, nodeName: one.nodeName, ...one.hints });
  }
  const ports = slice.ports.flatMap(({ name, protocol, port }) =>
    // Without a number all ports are meant: no service refers to them.
    port === undefined || port === null ? [] : [{ name, protocol, port }],
  );
  return { kind: "EndpointSlice", metadata, addressType, ports, endpoints };
});
