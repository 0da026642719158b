import type { NftElement, NftExpression, NftSet, NftStatement } from "../../model/nft.ts";
import type { DataRange, Gate, SetElement, ValueSet } from "../../program/value-set.ts";
import type { SetReference } from "../../program/value.ts";
import { readRanges } from "./constant.ts";
import { setId } from "./context.ts";
import type { NftContext } from "./context.ts";
import { datatype } from "./datatypes.ts";
import type { Datatype } from "./datatypes.ts";
import { listed } from "./listed.ts";
import { valueSet } from "./value-set.ts";
import { isVerdict } from "./verdict.ts";

/** How `typeof` is answered: the types of what an expression gives. */
type TypesOf = (expression: NftExpression, context: NftContext) => readonly Datatype[] | null;

interface SetTypes {
  readonly types: readonly Datatype[];
  /** Of a map's values. */
  readonly data: readonly Datatype[];
}

/** Elements of dynamic sets without a size of their own (nft_dynset.c: NFT_SET_MAP_SIZE is what nft asks for). */
const UNBOUNDED = Number.POSITIVE_INFINITY;

/** A named set or map as it can be asked. One whose types nobody here knows is there, but not complete. */
export function compileNamedSet(set: NftSet, context: NftContext, typesOf: TypesOf): ValueSet {
  const types = keyTypesOf(set, context, typesOf);
  const data = dataTypesOf(set.name, context, typesOf) ?? [];
  const size = set.size ?? UNBOUNDED;
  if (types === null || set.elements === null) return valueSet([], { complete: false, size });
  const { elements, complete } = compileElements(set.elements, { types, data }, context);
  return valueSet(elements, { complete, size });
}

function keyTypesOf(set: NftSet, context: NftContext, typesOf: TypesOf): readonly Datatype[] | null {
  return set.typeof === null ? namedTypes(set.type) : typesOf(set.typeof, context);
}

function namedTypes(names: readonly string[]): readonly Datatype[] | null {
  const types = names.flatMap((name) => datatype(name) ?? []);
  return types.length === names.length && types.length > 0 ? types : null;
}

/** The types of a named map's values; null: it is none, or nobody here knows them. */
export function dataTypesOf(name: string, context: NftContext, typesOf: TypesOf): readonly Datatype[] | null {
  const set = context.sets.get(name);
  if (set === undefined) return null;
  if (set.typeofData !== null) return typesOf(set.typeofData, context);
  return set.data === null ? null : namedTypes(set.data);
}

/** The set that a rule names or spells out; null: neither. */
export function referenceOf(expression: NftExpression, types: SetTypes, context: NftContext): SetReference | null {
  if (expression.kind === "set-ref") return { kind: "named", id: setId(context, expression.name) };
  if (expression.kind !== "set") return null;
  const { elements, complete } = compileElements(expression.elements, types, context);
  return { kind: "anonymous", set: valueSet(elements, { complete, size: UNBOUNDED }) };
}

function compileElements(
  elements: readonly NftElement[],
  types: SetTypes,
  context: NftContext,
): { readonly elements: readonly SetElement[]; readonly complete: boolean } {
  const compiled: SetElement[] = [];
  let complete = true;
  for (const element of elements) {
    const own = compileElement(element, types, context);
    if (own === null) complete = false;
    else for (const one of own) compiled.push(one);
  }
  return { elements: compiled, complete };
}

/** A field of a key that names alternatives makes an element of each; null: nobody here can read it. */
function compileElement(
  element: NftElement,
  { types, data }: SetTypes,
  context: NftContext,
): readonly SetElement[] | null {
  const value = element.data;
  const verdict = value !== null && isVerdict(value) ? value : null;
  const values = value === null || isVerdict(value) ? [] : tupleOf(value, data);
  if (values === null) return null;
  const rest = { data: values, verdict, gate: gateOf(element.statements, context) };
  if (element.key.kind === "wildcard") return [{ key: null, ...rest }];
  const key = tupleOf(element.key, types);
  return key === null ? null : [{ key, ...rest }];
}

/** One range for each field. */
function tupleOf(expression: NftExpression, types: readonly Datatype[]): readonly DataRange[] | null {
  const parts = expression.kind === "concat" ? expression.parts : [expression];
  if (parts.length > types.length) return null;
  const ranges: DataRange[] = [];
  for (const [at, part] of parts.entries()) {
    const type = types[at];
    const own = type === undefined ? null : readRanges(part, type);
    const [range] = own ?? [];
    if (range === undefined || own?.length !== 1) return null;
    ranges.push(range);
  }
  return ranges;
}

/** What may end a rule though the set has the element: statements that keep count. */
export function gateOf(statements: readonly NftStatement[], { objects }: NftContext): Gate | null {
  const gates = statements.filter(({ kind }) => kind !== "counter" && kind !== "last");
  if (gates.length === 0) return null;
  return { what: gates.map(({ kind }) => kind).join(" "), listed: gates.flatMap((gate) => listed(gate, objects)) };
}
