/** What a selector asks of the labels of an endpoint, a namespace or a service account: libcalico-go/lib/selector/parser/ast.go. */
export type Selector =
  | { readonly kind: "all" }
  /** Outside a namespace selector it selects all, too; there it stands for what has no namespace. */
  | { readonly kind: "global" }
  | { readonly kind: "has"; readonly label: string }
  | { readonly kind: "compare"; readonly label: string; readonly operator: Comparison; readonly value: string }
  /** `values` sorted by their bytes, each once. */
  | {
      readonly kind: "member";
      readonly label: string;
      readonly operator: Membership;
      readonly values: readonly string[];
    }
  | { readonly kind: "not"; readonly operand: Selector }
  /** At least two operands, in the order in which they were written. */
  | { readonly kind: "and" | "or"; readonly operands: readonly Selector[] };

export type Comparison = "==" | "!=" | "contains" | "starts with" | "ends with";
export type Membership = "in" | "not in";

/** Labels by key. */
export type Labels = ReadonlyMap<string, string>;
