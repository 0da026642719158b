/** The names of differentiated-services classes, as `--dscp-class` and `--set-dscp-class` take them (RFC 2474, 2597, 3246). */
export const dscpClasses: ReadonlyMap<string, number> = new Map([
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => [`CS${String(n)}`, n << 3] as const),
  ["BE", 0],
  ...[1, 2, 3, 4].flatMap((n) =>
    [1, 2, 3].map((drop) => [`AF${String(n)}${String(drop)}`, (n << 3) | (drop << 1)] as const),
  ),
  ["EF", 46],
]);
