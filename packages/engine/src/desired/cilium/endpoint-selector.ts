import { z } from "zod";

/** A label of an endpoint, and where it is from: `k8s:app=web`. */
export interface CiliumLabel {
  readonly source: string;
  readonly key: string;
  readonly value: string;
}

/** What labels must be like; all of a selector must hold. */
export interface CiliumRequirement {
  /** "any": wherever the label is from. */
  readonly source: string;
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values: readonly string[];
}

export type CiliumSelector = readonly CiliumRequirement[];

const ANY = "any";

/** `SOURCE:KEY=VALUE`, of which the source may be missing: pkg/labels ParseLabel. */
export function ciliumLabel(text: string): CiliumLabel {
  const [whole = ""] = /^[^=]*/.exec(text) ?? [];
  return { ...keyOf(whole), value: text.slice(whole.length + 1) };
}

function keyOf(text: string): Pick<CiliumLabel, "source" | "key"> {
  const at = text.indexOf(":");
  return at < 0 ? { source: ANY, key: text } : { source: text.slice(0, at), key: text.slice(at + 1) };
}

const expression = z
  .strictObject({
    key: z.string(),
    operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
    values: z.array(z.string()).nullish(),
  })
  .transform(({ key, operator, values }): CiliumRequirement => ({ ...keyOf(key), operator, values: values ?? [] }));

/** pkg/policy/api EndpointSelector: that of meta/v1, but its keys may have a source. */
export const endpointSelector: z.ZodType<CiliumSelector> = z
  .strictObject({
    matchLabels: z.record(z.string(), z.string()).nullish(),
    matchExpressions: z.array(expression).nullish(),
  })
  .transform(({ matchLabels, matchExpressions }): CiliumSelector => [
    ...Object.entries(matchLabels ?? {}).map(([key, value]): CiliumRequirement => {
      return { ...keyOf(key), operator: "In", values: [value] };
    }),
    ...(matchExpressions ?? []),
  ]);

/** As apimachinery's labels.Requirement has it: without the label only `NotIn` and `DoesNotExist` hold. */
export function selectsEndpoint(selector: CiliumSelector, labels: readonly CiliumLabel[]): boolean {
  return selector.every(({ source, key, operator, values }) => {
    const label = labels.find((one) => one.key === key && (source === ANY || one.source === source));
    const isIn = label !== undefined && values.includes(label.value);
    switch (operator) {
      case "In":
        return isIn;
      case "NotIn":
        return !isIn;
      case "Exists":
        return label !== undefined;
      case "DoesNotExist":
        return label === undefined;
    }
  });
}
