import { expect, it } from "vitest";
import { base32 } from "./base32.ts";
import { utf8Bytes } from "./utf8.ts";

it.each([
  ["", ""],
  ["f", "MY"],
  ["fo", "MZXQ"],
  ["foo", "MZXW6"],
  ["foob", "MZXW6YQ"],
  ["fooba", "MZXW6YTB"],
  ["foobar", "MZXW6YTBOI"],
])("%j is %s in RFC 4648", (text, expected) => {
  expect(base32(utf8Bytes(text), 99)).toBe(expected);
  for (const limit of [0, 1, 3, 8])
    expect(base32(utf8Bytes(text), limit, "of-")).toBe(`of-${expected.slice(0, limit)}`);
});
