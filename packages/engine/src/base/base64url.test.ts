import { expect, it } from "vitest";
import { base64url } from "./base64url.ts";
import { utf8Bytes } from "./utf8.ts";

it.each([
  ["", ""],
  ["f", "Zg"],
  ["fo", "Zm8"],
  ["foo", "Zm9v"],
  ["foob", "Zm9vYg"],
  ["fooba", "Zm9vYmE"],
  ["foobar", "Zm9vYmFy"],
])("encodes %j as RFC 4648 does, without padding", (text, encoded) => {
  expect(base64url(utf8Bytes(text))).toBe(encoded);
});

it("uses the two letters that a URL takes", () => {
  expect(base64url(Uint8Array.of(0xfb, 0xff, 0xbf))).toBe("-_-_");
});

it("takes only the first bytes where it is told so", () => {
  expect(base64url(utf8Bytes("foobar"), 4)).toBe("Zm9vYg");
});
