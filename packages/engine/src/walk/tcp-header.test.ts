import { describe, expect, it } from "vitest";
import { withMss, withoutOptions } from "./tcp-header.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const MSS_1460 = [2, 4, 0x05, 0xb4];

describe("withMss", () => {
  it("puts an MSS down, never up", () => {
    expect(withMss(bytes(1, ...MSS_1460), 1000, false, 536)).toEqual(bytes(1, 2, 4, 0x03, 0xe8));
    expect(withMss(bytes(...MSS_1460), 1500, false, 536)).toEqual(bytes(...MSS_1460));
  });

  it("gives one to a packet without data that has none, no larger than any receiver takes", () => {
    expect(withMss(bytes(1, 1, 1, 1), 1400, false, 536)).toEqual(bytes(2, 4, 0x02, 0x18, 1, 1, 1, 1));
    expect(withMss(bytes(), 500, false, 536)).toEqual(bytes(2, 4, 0x01, 0xf4));
    expect(withMss(bytes(), 500, true, 536)).toEqual(bytes());
  });

  it("leaves a header that is full", () => {
    const full = new Uint8Array(40).fill(1);
    expect(withMss(full, 500, false, 536)).toEqual(full);
  });

  it("does not take an option of another length for an MSS", () => {
    expect(withMss(bytes(2, 3, 5, 1), 500, true, 536)).toEqual(bytes(2, 3, 5, 1));
  });
});

describe("withoutOptions", () => {
  it("turns options into padding", () => {
    expect(withoutOptions(bytes(1, ...MSS_1460, 4, 2, 1), new Set([2]))).toEqual(bytes(1, 1, 1, 1, 1, 4, 2, 1));
    expect(withoutOptions(bytes(...MSS_1460, 3, 3, 7, 0), new Set([3]))).toEqual(bytes(...MSS_1460, 1, 1, 1, 0));
  });

  it("ends at an option that runs out of the header, and steps over one without a length", () => {
    expect(withoutOptions(bytes(8, 10, 1, 1), new Set([8]))).toEqual(bytes(8, 10, 1, 1));
    expect(withoutOptions(bytes(8, 0, 4, 2), new Set([4]))).toEqual(bytes(8, 0, 1, 1));
  });
});
