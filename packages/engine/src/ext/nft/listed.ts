import type { NftObject, NftStatement } from "../../model/nft.ts";

/**
 * All that the listing tells of a statement that keeps count, but what it has counted: where it names an object, or one by a map, the
 * table's objects of its kind, too.
 */
export function listed(statement: NftStatement, objects: readonly NftObject[]): readonly object[] {
  if (statement.kind === "quota") return [{ ...statement, used: null }, ...named(statement, objects)];
  if (statement.kind === "limit") return [statement, ...named(statement, objects)];
  return [statement];
}

function named(
  { kind, name }: NftStatement & { kind: "limit" | "quota" },
  objects: readonly NftObject[],
): readonly object[] {
  if (name === null) return [];
  const bodies = objects.filter(({ type }) => type === kind).map(({ name: own, body }) => [own, withoutUse(body)]);
  return [bodies];
}

function withoutUse(body: NftObject["body"]): NftObject["body"] {
  return body.filter(([word]) => word !== "used");
}
