import { describe, expect, it } from "vitest";
import { findSetType, setTypes } from "./types.ts";

describe("setTypes", () => {
  it("names every type by its dimensions", () => {
    expect(setTypes).toHaveLength(16);
    for (const type of setTypes) expect(type.name.split(":")[1]).toBe(type.dimensions.join(","));
  });

  it("cites the kernel file of each type", () => {
    expect(findSetType("hash:ip,port,net")?.source).toBe("ip_set_hash_ipportnet.c");
    expect(findSetType("bitmap:port")?.source).toBe("ip_set_bitmap_port.c");
    expect(findSetType("list:set")?.source).toBe("ip_set_list_set.c");
  });

  it("does not know what is no type, nor the names of object properties", () => {
    expect(findSetType("tree:ip")).toBeNull();
    expect(findSetType("constructor")).toBeNull();
  });
});
