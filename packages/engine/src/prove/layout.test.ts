import { expect, it } from "vitest";
import { afterwards, layoutOf, unknownInstead } from "./layout.ts";

it.each(["ip", "ip6"] as const)("gives every bit of a field levels of its own: %s", (family) => {
  const { bits, end } = layoutOf(family, 5);
  const levels = Object.values(bits).flatMap((own) =>
    own.flatMap((level) => (level === null ? [] : [level, afterwards(level), unknownInstead(level)])),
  );
  expect(levels.toSorted((a, b) => a - b)).toEqual(Array.from({ length: end }, (_, level) => level));
  for (const own of Object.values(bits)) expect(own).toEqual(own.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
  expect(bits.src).toHaveLength(family === "ip" ? 32 : 128);
  expect(bits.ctmark[0]).toBe((bits.mark[0] ?? 0) + 3);
});
