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
