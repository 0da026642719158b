import { expect, it } from "vitest";
import { isAlike } from "./alike.ts";

it("compares data by what it holds", () => {
  expect(isAlike({ a: [1, 2n], b: null }, { b: null, a: [1, 2n] })).toBe(true);
  expect(isAlike({ a: [1, 2n] }, { a: [1, 2] })).toBe(false);
  expect(isAlike({ a: 1 }, { b: 1 })).toBe(false);
  expect(isAlike({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  expect(isAlike({ a: undefined }, { b: undefined })).toBe(false);
  expect(isAlike(null, {})).toBe(false);
});

it("looks into maps and sets", () => {
  expect(isAlike(new Map([["a", { b: 1 }]]), new Map([["a", { b: 1 }]]))).toBe(true);
  expect(isAlike(new Map([["a", { b: 1 }]]), new Map([["a", { b: 2 }]]))).toBe(false);
  expect(isAlike(new Set([1]), new Set([2]))).toBe(false);
  expect(isAlike(new Set([1]), new Map([[1, 1]]))).toBe(false);
  expect(isAlike(new Set([1]), {})).toBe(false);
});

it("leaves out what it is told to", () => {
  const ignored = new Set(["line"]);
  expect(isAlike([{ line: 1, rule: "x" }], [{ line: 2, rule: "x" }], ignored)).toBe(true);
  expect(isAlike([{ line: 1, rule: "x" }], [{ line: 1, rule: "y" }], ignored)).toBe(false);
});
