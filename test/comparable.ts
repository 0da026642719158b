import type { NftTable } from "@hookwalk/engine";

/**
 * A model without what two listings of the same state may not agree on: places, that a metric is locked (JSON leaves it
 * out), seconds (they pass between one listing and the next), that nft lists one net that it made of several as a set, which it
 * reads back as none, and the keys named.
 */
export function comparable(values: readonly unknown[], dropped: readonly string[] = []): unknown {
  const text = JSON.stringify(values, (key, value: unknown) => {
    if (key === "span" || key === "line" || dropped.includes(key)) return undefined;
    return typeof value === "bigint" ? `${String(value)}n` : (onlyKeyOf(value) ?? value);
  });
  return JSON.parse(text.replaceAll('"lock ', '"').replaceAll(/"\d+sec"/g, '"sec"'));
}

/** What an anonymous set of one holds; null: it is no such set. */
function onlyKeyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("kind" in value) || value.kind !== "set") return null;
  const elements: readonly unknown[] = "elements" in value && Array.isArray(value.elements) ? value.elements : [];
  const [only] = elements;
  if (elements.length !== 1 || typeof only !== "object" || only === null || !("data" in only) || only.data !== null)
    return null;
  return "key" in only ? only.key : null;
}

/** Tables of nft; the kernel keeps what sets hold in an order of its own. */
export function comparableNft(tables: readonly NftTable[]): unknown {
  const sorted = tables.map((table) => ({
    ...table,
    sets: table.sets.map((set) => ({ ...set, elements: set.elements?.map((one) => JSON.stringify(one)).sort() })),
  }));
  return comparable(sorted, ["file", "text"]);
}
