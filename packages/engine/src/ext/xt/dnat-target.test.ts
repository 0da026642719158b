import { expect, it } from "vitest";
import { parseAddress, printAddress } from "../../base/address.ts";
import { dnatTarget, dnatTo } from "./dnat-target.ts";

it.each([
  ["ip", "10.1.2.3:8080"],
  ["ip6", "[2001:db8::1]:53"],
] as const)("%s: an address and a port are what the words say that stand for them: %s", (family, words) => {
  const [, host = "", port] = /^\[?(.*?)\]?:(\d+)$/.exec(words) ?? [];
  const address = parseAddress(host) ?? 0;
  expect(printAddress(address)).toBe(host);
  const extension = dnatTarget(family);
  const value = extension.options["to-destination"]?.codec.parse(words, "");
  const args = extension.normalise({ "to-destination": { negated: false, value } });
  expect(dnatTo(address, Number(port))).toEqual({ kind: "target", name: "DNAT", args });
});
