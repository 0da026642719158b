import { z } from "zod";
import type { Family, Prefix } from "../../base/address.ts";
import { unread, withDefault } from "../fields.ts";
import type { CalicoProtocol, PortMatch, WrittenSelector } from "./fields.ts";
import {
  calicoProtocol,
  fault,
  list,
  namespacesOrGlobal,
  optional,
  ownSelector,
  portMatch,
  prefixes,
  selector,
} from "./fields.ts";

/** Rule of projectcalico/api v3 policy_common.go; all that it asks must hold. */
export interface CalicoRule {
  readonly action: "Allow" | "Deny" | "Log" | "Pass";
  /** Null: of both. */
  readonly family: Family | null;
  /** Null: any. */
  readonly protocol: CalicoProtocol | null;
  readonly notProtocol: CalicoProtocol | null;
  readonly icmp: IcmpMatch | null;
  readonly notIcmp: IcmpMatch | null;
  readonly source: EntityRule;
  readonly destination: EntityRule;
  /** `metadata.annotations`, in the order of the object. */
  readonly annotations: ReadonlyMap<string, string>;
}

/** Null: any. A code is never there without its type. */
export interface IcmpMatch {
  readonly type: number | null;
  readonly code: number | null;
}

/** One side of a rule. Empty lists and nulls ask nothing. */
export interface EntityRule {
  readonly nets: readonly Prefix[];
  readonly notNets: readonly Prefix[];
  readonly selector: WrittenSelector | null;
  readonly notSelector: WrittenSelector | null;
  readonly namespaceSelector: WrittenSelector | null;
  readonly serviceAccounts: { readonly names: readonly string[]; readonly selector: WrittenSelector | null } | null;
  /** `namespace` "": that of the policy. */
  readonly services: { readonly name: string; readonly namespace: string } | null;
  readonly ports: readonly PortMatch[];
  readonly notPorts: readonly PortMatch[];
}

/** A side that asks nothing. */
export const ANY_ENTITY: EntityRule = {
  nets: [],
  notNets: [],
  selector: null,
  notSelector: null,
  namespaceSelector: null,
  serviceAccounts: null,
  services: null,
  ports: [],
  notPorts: [],
};

/** A rule without conditions that allows. */
export const ALLOW_EVERYTHING: CalicoRule = {
  action: "Allow",
  family: null,
  protocol: null,
  notProtocol: null,
  icmp: null,
  notIcmp: null,
  source: ANY_ENTITY,
  destination: ANY_ENTITY,
  annotations: new Map(),
};

const MOST_NETS = 256;
const MOST_PORTS = 50;
const MOST_RULES = 1024;
const MAX_ICMP_TYPE = 254;
const MAX_ICMP_CODE = 255;

const icmp = z
  .strictObject({
    type: z.int().min(0).max(MAX_ICMP_TYPE).nullish(),
    code: z.int().min(0).max(MAX_ICMP_CODE).nullish(),
  })
  .transform((read, context): IcmpMatch => {
    const { type = null, code = null } = read;
    if (code !== null && type === null) fault(context, ["type"], `0…${String(MAX_ICMP_TYPE)}`, null);
    return { type, code };
  });

const serviceAccounts = z.strictObject({ names: list(z.string().min(1)), selector });

const services = z.strictObject({ name: z.string().min(1), namespace: withDefault(z.string(), "") });

const entity = z
  .strictObject({
    nets: prefixes,
    notNets: prefixes,
    selector: ownSelector,
    notSelector: selector,
    namespaceSelector: namespacesOrGlobal,
    serviceAccounts: serviceAccounts.nullish(),
    services: services.nullish(),
    ports: list(portMatch),
    notPorts: list(portMatch),
  })
  .transform((read, context): EntityRule => {
    const side = { ...read, serviceAccounts: read.serviceAccounts ?? null, services: read.services ?? null };
    for (const field of ["nets", "notNets"] as const) {
      if (side[field].length > MOST_NETS) fault(context, [field], `≤ ${String(MOST_NETS)}`, side[field].length);
    }
    for (const field of ["ports", "notPorts"] as const) {
      if (side[field].length > MOST_PORTS) fault(context, [field], `≤ ${String(MOST_PORTS)}`, side[field].length);
    }
    if (side.services !== null) {
      // A service says by itself whom it means.
      for (const field of ["selector", "notSelector", "namespaceSelector", "serviceAccounts"] as const)
        if (side[field] !== null) fault(context, [field], "null (services)", "…");
      for (const field of ["nets", "notNets"] as const)
        if (side[field].length > 0) fault(context, [field], "[] (services)", "…");
    }
    return side;
  });

const PORT_PROTOCOLS = ["TCP", "UDP", "SCTP", 6, 17, 132];
const ICMP_FAMILIES: ReadonlyMap<CalicoProtocol, Family> = new Map<CalicoProtocol, Family>([
  ["ICMP", "ip"],
  [1, "ip"],
  ["ICMPv6", "ip6"],
  [58, "ip6"],
]);

const annotations = z
  .strictObject({ annotations: z.record(z.string(), z.string()).nullish() })
  .nullish()
  .transform((read) => new Map(Object.entries(read?.annotations ?? {})));

const rule: z.ZodType<CalicoRule> = z
  .strictObject({
    action: z.enum(["Allow", "Deny", "Log", "Pass"]),
    ipVersion: optional(z.literal([4, 6])),
    protocol: optional(calicoProtocol),
    notProtocol: optional(calicoProtocol),
    icmp: optional(icmp),
    notICMP: optional(icmp),
    source: withDefault(entity, ANY_ENTITY),
    destination: withDefault(entity, ANY_ENTITY),
    metadata: annotations,
    ...unread("http"),
  })
  .transform((read, context): CalicoRule => {
    const { action, protocol, notProtocol, icmp, source, destination } = read;
    const family = read.ipVersion === null ? null : FAMILIES[read.ipVersion];
    checkFamily(context, family, { protocol, notProtocol });
    if (icmp !== null && (protocol === null || !ICMP_FAMILIES.has(protocol)))
      fault(context, ["protocol"], "ICMP | ICMPv6 (icmp)", protocol);
    const hasPorts = [source, destination].some(({ ports, notPorts }) => ports.length + notPorts.length > 0);
    if (hasPorts && (protocol === null || !PORT_PROTOCOLS.includes(protocol)))
      fault(context, ["protocol"], "TCP | UDP | SCTP (ports)", protocol);
    const asked = { family, protocol, notProtocol, icmp, notIcmp: read.notICMP };
    return { action, ...asked, source, destination, annotations: read.metadata };
  });

const FAMILIES = { 4: "ip", 6: "ip6" } as const;

/** ICMP is of one family, which the rule must not contradict. */
function checkFamily(
  context: z.RefinementCtx,
  family: Family | null,
  protocols: Readonly<Record<string, CalicoProtocol | null>>,
): void {
  for (const [field, asked] of Object.entries(protocols)) {
    const only = asked === null ? undefined : ICMP_FAMILIES.get(asked);
    if (only === undefined || family === null || family === only) continue;
    const expected = `${only === "ip" ? "4" : "6"} (${field}: ${String(asked)})`;
    fault(context, ["ipVersion"], expected, family === "ip" ? 4 : 6);
  }
}

/** The rules of one direction. */
export const calicoRules: z.ZodType<readonly CalicoRule[]> = withDefault<readonly CalicoRule[]>(
  z.array(rule).max(MOST_RULES),
  [],
);
