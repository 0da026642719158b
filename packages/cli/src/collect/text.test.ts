import { describe, expect, it } from "vitest";
import { decode } from "./text.ts";

describe("decode", () => {
  it.each([
    ["ASCII", Buffer.from("-A FORWARD"), "-A FORWARD", null],
    ["UTF-8", Buffer.from("# 规则"), "# 规则", null],
    ["a byte order mark", Buffer.from("\ufeff*nat"), "*nat", null],
    ["UTF-16, little end first", Buffer.from("\ufeff*nat 规", "utf16le"), "*nat 规", null],
    ["UTF-16, big end first", Buffer.from("\ufeff*nat 规", "utf16le").swap16(), "*nat 规", null],
    ["UTF-16 cut in the middle", Buffer.from([0xff, 0xfe, 0x2a, 0, 0x2a]), "*\ufffd", null],
    ["Latin-1", Buffer.from("caf\u00e9", "latin1"), "caf\u00e9", "not-utf8"],
    ["a binary file", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]), null, "file-not-text"],
  ])("%s", (_, bytes, text, code) => {
    const decoded = decode("x", bytes);
    expect(decoded.text).toBe(text);
    expect(decoded.diagnostic?.code ?? null).toBe(code);
  });
});
