import type { z } from "zod";
import type { DiagnosticCode, Params } from "../messages/catalogue.ts";
import { FIRST } from "./fields.ts";

/** Something wrong with an object: what to say, and of which part of it. */
export interface Problem {
  readonly code: DiagnosticCode;
  readonly params: Params;
  readonly path: readonly PropertyKey[];
}

/** What zod found, as our own diagnostics: a field that the API does not have by name, anything else by what it must be. */
export function problemsOf(object: string, error: z.ZodError): readonly Problem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(object, issue));
}

function problemsOfIssue(object: string, issue: z.core.$ZodIssue): readonly Problem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return { code: "object-unknown-field", params: { object, field: printPath(path) }, path };
    });
  }
  const { path } = issue;
  const field = printPath(path);
  const value = printValue(issue.input);
  if (issue.code === "too_big" && issue.origin === "string")
    return [{ code: "object-too-long", params: { object, field, most: String(issue.maximum), value }, path }];
  const first = issue.code === "custom" ? firstLike(issue) : null;
  if (first !== null)
    return [{ code: "object-same-value", params: { object, field, first: printPath(first), value }, path }];
  if (issue.input === undefined && issue.code === "invalid_type")
    return [{ code: "object-missing-field", params: { object, field }, path }];
  const params = { object, field, expected: expectedBy(issue), value };
  return [{ code: "object-bad-value", params, path }];
}

/** Where the same stands already: what {@link distinct} says of a later one; null: it is another fault. */
function firstLike({ path, params }: z.core.$ZodIssueCustom): readonly PropertyKey[] | null {
  const first: unknown = params?.[FIRST];
  const at = path.findLastIndex((key) => typeof key === "number");
  return typeof first === "number" ? path.with(at, first) : null;
}

/** In signs and the API's own words, which need no translation. */
function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return issue.expected;
  if (issue.code === "invalid_value")
    return issue.values.map((value) => (value === "" ? '""' : String(value))).join(" | ");
  if (issue.code === "too_small") return `≥ ${String(issue.minimum)}`;
  if (issue.code === "too_big") return `≤ ${String(issue.maximum)}`;
  if (issue.code !== "invalid_union") return issue.message;
  const branches = issue.errors.flatMap(([first]) => (first === undefined ? [] : [expectedBy(first)]));
  return [...new Set(branches)].join(" | ");
}

/** `spec.ports[0].port`. */
function printPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${String(key)}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

function printValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
