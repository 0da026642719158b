import type { NftTable } from "@hookwalk/engine";

/**
 * A model without what two listings of the same state may not agree on: places, that a metric is locked (JSON leaves it
 * out), seconds (they pass between one listing and the next), and the keys named.
 */
export function comparable(values: readonly unknown[], dropped: readonly string[] = []): unknown {
  const text = JSON.stringify(values, (key, value: unknown) => {
    if (key === "span" || key === "line" || dropped.includes(key)) return undefined;
    return typeof value === "bigint" ? `${String(value)}n` : value;
  });
  return JSON.parse(text.replaceAll('"lock ', '"').replaceAll(/"\d+sec"/g, '"sec"'));
}

/** Tables of nft; the kernel keeps what sets hold in an order of its own. */
export function comparableNft(tables: readonly NftTable[]): unknown {
  const sorted = tables.map((table) => ({
    ...table,
    sets: table.sets.map((set) => ({ ...set, elements: set.elements?.map((one) => JSON.stringify(one)).sort() })),
  }));
  return comparable(sorted, ["file", "text"]);
}
