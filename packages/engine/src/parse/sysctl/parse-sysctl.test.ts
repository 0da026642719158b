import { describe, expect, it } from "vitest";
import { parseSysctl } from "./parse-sysctl.ts";

function pairs(text: string): readonly (readonly [string, string])[] {
  return parseSysctl(text, "f").value.map(({ name, value }) => [name, value]);
}

describe("parseSysctl", () => {
  it("keeps values as they stand, tabs and equals signs included", () => {
    expect(pairs("net.ipv4.tcp_rmem = 4096\t131072\t6291456\nkernel.x = a = b\nkernel.empty = \n")).toEqual([
      ["net.ipv4.tcp_rmem", "4096\t131072\t6291456"],
      ["kernel.x", "a = b"],
      ["kernel.empty", ""],
    ]);
  });

  it("reads lines without blanks", () => {
    expect(pairs("net.ipv4.ip_forward=1\n-net.ipv4.conf.all.rp_filter=2\n")).toEqual([
      ["net.ipv4.ip_forward", "1"],
      ["net.ipv4.conf.all.rp_filter", "2"],
    ]);
  });

  it("spells names as `sysctl -a` does: dots separate, a slash stands for a dot in a device name", () => {
    expect(pairs("net.ipv4.conf.eth0/100.rp_filter = 1\nnet/ipv4/conf/eth0.100/rp_filter = 2\n")).toEqual([
      ["net.ipv4.conf.eth0/100.rp_filter", "1"],
      ["net.ipv4.conf.eth0/100.rp_filter", "2"],
    ]);
  });

  it("names lines that say nothing", () => {
    expect(
      parseSysctl("sysctl: permission denied on key 'x'\n= 1\nnet.ipv4.ip_forward\n", "f").diagnostics,
    ).toMatchObject([
      { code: "unknown-line", span: { line: 1, column: 1 } },
      { span: { line: 2 } },
      { span: { line: 3 } },
    ]);
  });
});
