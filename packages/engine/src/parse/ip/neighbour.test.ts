import { describe, expect, it } from "vitest";
import { parseAddress } from "../../base/address.ts";
import { parseIpNeigh } from "./neighbour.ts";

describe("parseIpNeigh", () => {
  it("reads entries with and without a link-layer address", () => {
    const text =
      "10.0.0.13 dev eth0 FAILED \nfd00::1 dev eth0 lladdr 02:aa:00:00:00:fe router PERMANENT \n10.0.0.7 dev eth0 proxy \n";
    expect(parseIpNeigh(text, "f")).toEqual({
      value: [
        {
          address: parseAddress("10.0.0.13"),
          dev: "eth0",
          mac: null,
          states: ["FAILED"],
          span: { file: "f", line: 1 },
        },
        {
          address: parseAddress("fd00::1"),
          dev: "eth0",
          mac: "02:aa:00:00:00:fe",
          states: ["PERMANENT"],
          span: { file: "f", line: 2 },
          extras: [["router", null]],
        },
        {
          address: parseAddress("10.0.0.7"),
          dev: "eth0",
          mac: null,
          states: [],
          span: { file: "f", line: 3 },
          extras: [["proxy", null]],
        },
      ],
      diagnostics: [],
    });
  });

  it("takes the device of a listing that does not name it from the caller", () => {
    expect(parseIpNeigh("10.0.0.1 STALE \n", "f", { dev: "eth7" }).value).toMatchObject([{ dev: "eth7" }]);
  });

  it("names a line without an address, and a word that it does not know", () => {
    const { value, diagnostics } = parseIpNeigh("eth0 10.0.0.1 STALE\n10.0.0.1 dev a warm STALE\n10.0.0.2 dev\n", "f");
    expect(value).toMatchObject([{ states: ["STALE"] }]);
    expect(diagnostics.map(({ code, span }) => [code, span.line])).toEqual([
      ["unknown-line", 1],
      ["unknown-word", 2],
      ["word-without-value", 3],
    ]);
  });
});
