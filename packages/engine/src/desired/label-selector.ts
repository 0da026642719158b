import { z } from "zod";
import { withDefault } from "./fields.ts";

/** meta/v1 LabelSelector: all of it must hold; empty, it selects everything. */
export interface LabelSelector {
  readonly matchLabels: ReadonlyMap<string, string>;
  readonly matchExpressions: readonly LabelRequirement[];
}

export interface LabelRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  /** Of `In` and `NotIn` at least one, of the others none. */
  readonly values: readonly string[];
}

export const everything: LabelSelector = { matchLabels: new Map(), matchExpressions: [] };

/** `[DNS-NAME/]NAME`: apimachinery's validation IsQualifiedName. */
const QUALIFIED_NAME =
  /^(?:(?=[^/]{1,253}\/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/)?(?=[^/]{1,63}$)[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$/;
/** IsValidLabelValue. */
const LABEL_VALUE = /^(?=.{0,63}$)(?:[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?)?$/;

const key = z.string().regex(QUALIFIED_NAME, "[PREFIX/]NAME");
const value = z.string().regex(LABEL_VALUE, "LABEL-VALUE");

const withValues = z.strictObject({ key, operator: z.enum(["In", "NotIn"]), values: z.array(value).min(1) });
const withoutValues = z
  .strictObject({ key, operator: z.enum(["Exists", "DoesNotExist"]), values: z.array(value).max(0).nullish() })
  .transform(({ key, operator }): LabelRequirement => ({ key, operator, values: [] }));

const requirement: z.ZodType<LabelRequirement> = z.discriminatedUnion("operator", [withValues, withoutValues]);

export const labelSelector: z.ZodType<LabelSelector> = z
  .strictObject({
    matchLabels: z.record(key, value).nullish(),
    matchExpressions: withDefault<readonly LabelRequirement[]>(z.array(requirement), []),
  })
  .transform(({ matchLabels, matchExpressions }) => ({
    matchLabels: new Map(Object.entries(matchLabels ?? {})),
    matchExpressions,
  }));
