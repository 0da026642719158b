import { z } from "zod";
import type { Metadata } from "../fields.ts";
import { typeMeta, unread, withDefault } from "../fields.ts";
import type { WrittenSelector } from "./fields.ts";
import { calicoMetadata, fault, list, namespacedMetadata, ownSelector } from "./fields.ts";
import type { CalicoRule } from "./rule.ts";
import { calicoRules } from "./rule.ts";

/** A policy that Felix enforces: NetworkPolicy and GlobalNetworkPolicy of projectcalico.org/v3, or what Kubernetes' own are converted to. */
export interface CalicoPolicy {
  readonly kind: "CalicoPolicy";
  /** Which kind of object it was, by the short name that Felix knows it by (from 3.32 on in its chains' names). */
  readonly origin: "np" | "gnp" | "knp" | "kcnp";
  /** No namespace: a global one. */
  readonly metadata: Metadata;
  readonly tier: string;
  /** Null: behind all that have one. */
  readonly order: number | null;
  /** Which endpoints it applies to: all that every one of the three selects; null selects all. */
  readonly selector: WrittenSelector | null;
  readonly namespaceSelector: WrittenSelector | null;
  readonly serviceAccountSelector: WrittenSelector | null;
  readonly types: readonly Direction[];
  readonly ingress: readonly CalicoRule[];
  readonly egress: readonly CalicoRule[];
  readonly doNotTrack: boolean;
  readonly preDNAT: boolean;
  readonly applyOnForward: boolean;
}

export type Direction = "Ingress" | "Egress";

export const DEFAULT_TIER = "default";

const off = withDefault(z.boolean(), false);

const shared = {
  tier: withDefault(z.string().min(1), DEFAULT_TIER),
  order: withDefault<number | null>(z.number(), null),
  selector: ownSelector,
  serviceAccountSelector: ownSelector,
  types: list(z.enum(["Ingress", "Egress"])),
  ingress: calicoRules,
  egress: calicoRules,
  ...unread("performanceHints"),
};

const networkSpec = z.strictObject(shared);
const globalSpec = z
  .strictObject({ ...shared, namespaceSelector: ownSelector, doNotTrack: off, preDNAT: off, applyOnForward: off })
  .transform((spec, context) => {
    const { doNotTrack, preDNAT, applyOnForward, egress, types } = spec;
    if (doNotTrack && preDNAT) fault(context, ["preDNAT"], "false (doNotTrack: true)", preDNAT);
    if ((doNotTrack || preDNAT) && !applyOnForward)
      fault(context, ["applyOnForward"], `true (${preDNAT ? "preDNAT" : "doNotTrack"}: true)`, applyOnForward);
    if (preDNAT && egress.length > 0) fault(context, ["egress"], "[] (preDNAT: true)", "…");
    if (preDNAT && types.includes("Egress")) fault(context, ["types"], "[Ingress] (preDNAT: true)", "Egress");
    return spec;
  });

/** Without types, the rules say them: policy_common.go PolicyType. */
function policyTypes(
  types: readonly Direction[],
  ingress: readonly CalicoRule[],
  egress: readonly CalicoRule[],
): readonly Direction[] {
  if (types.length > 0) return types;
  if (egress.length === 0) return ["Ingress"];
  return ingress.length === 0 ? ["Egress"] : ["Ingress", "Egress"];
}

export const networkPolicy: z.ZodType<CalicoPolicy> = z
  .strictObject({ ...typeMeta, metadata: namespacedMetadata, spec: networkSpec })
  .transform(({ metadata, spec }): CalicoPolicy => {
    const { tier, order, selector, serviceAccountSelector, types, ingress, egress } = spec;
    return {
      kind: "CalicoPolicy",
      origin: "np",
      metadata,
      tier,
      order,
      selector,
      namespaceSelector: null,
      serviceAccountSelector,
      types: policyTypes(types, ingress, egress),
      ingress,
      egress,
      doNotTrack: false,
      preDNAT: false,
      applyOnForward: false,
    };
  });

export const globalNetworkPolicy: z.ZodType<CalicoPolicy> = z
  .strictObject({ ...typeMeta, metadata: calicoMetadata, spec: globalSpec })
  .transform(({ metadata, spec }): CalicoPolicy => {
    const { tier, order, selector, namespaceSelector, serviceAccountSelector, types, ingress, egress } = spec;
    const { doNotTrack, preDNAT, applyOnForward } = spec;
    return {
      kind: "CalicoPolicy",
      origin: "gnp",
      metadata,
      tier,
      order,
      selector,
      namespaceSelector,
      serviceAccountSelector,
      types: policyTypes(types, ingress, egress),
      ingress,
      egress,
      doNotTrack,
      preDNAT,
      applyOnForward,
    };
  });

/** projectcalico.org/v3 Tier. */
export interface CalicoTier {
  readonly kind: "CalicoTier";
  readonly metadata: Metadata;
  /** Null: behind all that have one. */
  readonly order: number | null;
  /** What becomes of a packet that a policy of the tier applies to and none decides. */
  readonly defaultAction: "Deny" | "Pass";
}

const tierSpec = z.strictObject({
  order: z.number().nullish(),
  defaultAction: withDefault<"Deny" | "Pass">(z.enum(["Deny", "Pass"]), "Deny"),
});

export const tier: z.ZodType<CalicoTier> = z
  .strictObject({ ...typeMeta, metadata: calicoMetadata, spec: tierSpec })
  .transform(({ metadata, spec: { order = null, defaultAction } }): CalicoTier => ({
    kind: "CalicoTier",
    metadata,
    order,
    defaultAction,
  }));

/** projectcalico.org/v3 Profile: rules behind all policies, and labels that its endpoints inherit. */
export interface CalicoProfile {
  readonly kind: "CalicoProfile";
  readonly metadata: Metadata;
  readonly ingress: readonly CalicoRule[];
  readonly egress: readonly CalicoRule[];
  readonly labelsToApply: ReadonlyMap<string, string>;
}

const profileSpec = z.strictObject({
  ingress: calicoRules,
  egress: calicoRules,
  labelsToApply: z.record(z.string(), z.string()).nullish(),
});

export const profile: z.ZodType<CalicoProfile> = z
  .strictObject({ ...typeMeta, metadata: calicoMetadata, spec: profileSpec })
  .transform(({ metadata, spec: { ingress, egress, labelsToApply } }): CalicoProfile => ({
    kind: "CalicoProfile",
    metadata,
    ingress,
    egress,
    labelsToApply: new Map(Object.entries(labelsToApply ?? {})),
  }));
