import { z } from "zod";
import type { Address, Family, Prefix } from "../../base/address.ts";
import { familyOf, parseAddress } from "../../base/address.ts";
import type { Metadata } from "../fields.ts";
import { address, metadata, prefix, typeMeta, unread, withDefault } from "../fields.ts";

/** cilium.io/v2 CiliumNode. */
export interface CiliumNode {
  readonly kind: "CiliumNode";
  readonly metadata: Metadata;
  /** Addresses of type InternalIP. */
  readonly internalIPs: readonly Address[];
  /** Addresses of type CiliumInternalIP: those of device cilium_host. */
  readonly routerIPs: readonly Address[];
  readonly podCIDRs: readonly Prefix[];
  /** Of the agent's own endpoint that answers health checks. */
  readonly healthIPs: readonly Address[];
  /** Source of what Envoy sends for ingress and gateway objects. */
  readonly ingressIPs: readonly Address[];
  /** By the address of a pod, which interface of the cloud it belongs to: a key of `interfaces`. */
  readonly pool: ReadonlyMap<Address, string>;
  readonly interfaces: ReadonlyMap<string, CloudInterface>;
  /** Of the cloud's VPC, its first network; null: nobody tells it. */
  readonly vpc: Prefix | null;
}

/** An elastic network interface. */
export interface CloudInterface {
  readonly mac: string;
  /** Of its subnet or vSwitch. */
  readonly subnet: Prefix;
  /** Networks of its VPC, the first one first. */
  readonly vpc: readonly Prefix[];
  /** What names its routing table: the device number, on Alibaba Cloud the tag `cilium-eni-index`, 0 without one. */
  readonly number: number;
}

const families = z.strictObject({ ipv4: address.nullish(), ipv6: address.nullish() });

function addressesOf(read: z.infer<typeof families> | null | undefined): readonly Address[] {
  return [read?.ipv4, read?.ipv6].flatMap((one) => (one === null || one === undefined ? [] : [one]));
}

const allocation = z.looseObject({ resource: z.string().nullish() });

/** By address, which interface it is of. */
const allocations = z
  .record(z.string(), allocation)
  .nullish()
  .transform((read, context): ReadonlyMap<Address, string> => {
    const pool = new Map<Address, string>();
    for (const [text, { resource }] of Object.entries(read ?? {})) {
      const parsed = parseAddress(text);
      if (parsed === null) context.addIssue({ code: "custom", path: [text], message: "IP", input: text });
      else if (typeof resource === "string") pool.set(parsed, resource);
    }
    return pool;
  });

const ipam = z.strictObject({
  podCIDRs: withDefault<readonly Prefix[]>(z.array(prefix), []),
  pool: allocations,
  ...unread(
    ...["ipv6-pool", "max-above-watermark", "max-allocate", "min-allocate", "pools", "pre-allocate", "static-ip-tags"],
    ...["release-ip-excess", "surge-allocate", "pod-cidr-allocation-threshold", "pod-cidr-release-threshold"],
  ),
});

const spec = z.strictObject({
  addresses: withDefault<readonly { readonly type: string; readonly ip: Address }[]>(
    z.array(z.strictObject({ type: z.string(), ip: address })),
    [],
  ),
  health: families.nullish(),
  ingress: families.nullish(),
  ipam: ipam.nullish(),
  "alibaba-cloud": z.looseObject({ "cidr-block": z.union([z.literal(""), prefix]).nullish() }).nullish(),
  ...unread("azure", "bootid", "encryption", "eni", "instance-id", "nodeidentity"),
});

const MAC = z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, "xx:xx:xx:xx:xx:xx");
const INDEX_TAG = "cilium-eni-index";
const tags = z.record(z.string(), z.string()).nullish();

const alibabaInterface = z
  .strictObject({
    "mac-address": MAC,
    tags,
    vpc: z.looseObject({ cidr: prefix.nullish() }).nullish(),
    vswitch: z.looseObject({ cidr: prefix }),
    ...unread(
      ...["network-interface-id", "type", "instance-id", "security-groupids", "zone-id", "primary-ip-address"],
      ...["private-ipsets", "status"],
    ),
  })
  .transform((read): CloudInterface => {
    const vpc = read.vpc?.cidr;
    const index = new Map(Object.entries(read.tags ?? {})).get(INDEX_TAG) ?? "";
    return {
      mac: read["mac-address"],
      subnet: read.vswitch.cidr,
      vpc: vpc === null || vpc === undefined ? [] : [vpc],
      number: /^\d{1,3}$/.test(index) ? Number(index) : 0,
    };
  });

const awsInterface = z
  .strictObject({
    mac: MAC,
    number: withDefault(z.int().min(0).max(255), 0),
    subnet: z.looseObject({ cidr: prefix }),
    vpc: z.looseObject({ "primary-cidr": prefix.nullish(), cidrs: z.array(prefix).nullish() }).nullish(),
    tags,
    ...unread(
      ...["id", "ip", "description", "availability-zone", "addresses", "prefixes", "security-groups", "public-ip"],
      ...["ipv6-addresses", "ipv6-prefixes"],
    ),
  })
  .transform(({ mac, number, subnet, vpc }): CloudInterface => {
    const primary = vpc?.["primary-cidr"];
    const first = primary === null || primary === undefined ? [] : [primary];
    return { mac, subnet: subnet.cidr, vpc: [...first, ...(vpc?.cidrs ?? [])], number };
  });

const status = z.strictObject({
  "alibaba-cloud": z.strictObject({ enis: z.record(z.string(), alibabaInterface).nullish() }).nullish(),
  eni: z.strictObject({ enis: z.record(z.string(), awsInterface).nullish() }).nullish(),
  ipam: z
    .strictObject({
      used: allocations,
      ...unread(...["assigned-static-ip", "ipv6-used", "operator-status", "pod-cidrs", "release-ips", "release-ipv6s"]),
    })
    .nullish(),
  ...unread("azure"),
});

export const ciliumNode: z.ZodType<CiliumNode> = z
  .strictObject({ ...typeMeta, metadata, spec, status: withDefault(status, {}) })
  .transform(({ metadata, spec, status }): CiliumNode => {
    const ofType = (wanted: string): readonly Address[] =>
      spec.addresses.flatMap(({ type, ip }) => (type === wanted ? [ip] : []));
    const enis = { ...status["alibaba-cloud"]?.enis, ...status.eni?.enis };
    const [first] = Object.values(enis).flatMap(({ vpc }) => vpc);
    const block = spec["alibaba-cloud"]?.["cidr-block"];
    return {
      kind: "CiliumNode",
      metadata,
      internalIPs: ofType("InternalIP"),
      routerIPs: ofType("CiliumInternalIP"),
      podCIDRs: spec.ipam?.podCIDRs ?? [],
      healthIPs: addressesOf(spec.health),
      ingressIPs: addressesOf(spec.ingress),
      pool: new Map([...(spec.ipam?.pool ?? []), ...(status.ipam?.used ?? [])]),
      interfaces: new Map(Object.entries(enis)),
      vpc: typeof block === "object" && block !== null ? block : (first ?? null),
    };
  });

/** The first of a list that is of one family; null: none. */
export function ofFamily(addresses: readonly Address[], family: Family): Address | null {
  return addresses.find((one) => familyOf(one) === family) ?? null;
}
