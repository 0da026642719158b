import { describe, expect, it } from "vitest";
import { attribute, nested, readAttributes, readString } from "./netlink.ts";

describe("netlink attributes", () => {
  it("reads back what it wrote, padded and nested", () => {
    const bytes = Buffer.concat([attribute(1, Buffer.from("abc\0")), nested(2, attribute(7, Buffer.of(9)))]);
    expect(bytes.length % 4).toBe(0);
    const attributes = readAttributes(bytes);
    expect(readString(attributes.get(1))).toBe("abc");
    expect(readAttributes(attributes.get(2) ?? Buffer.alloc(0)).get(7)).toEqual(Buffer.of(9));
  });

  it("stops where the bytes do", () => {
    expect(readAttributes(Buffer.of(8, 0, 1, 0, 1)).size).toBe(0);
    expect(readAttributes(Buffer.of(0, 0, 1, 0)).size).toBe(0);
  });
});
