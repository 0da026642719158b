import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress, printAddress, addressOfBytes } from "@hookwalk/engine";
import { bytesOf, newAddressMap } from "./address-map.ts";
import type { AddressMap } from "./address-map.ts";
import { rangesIn } from "./addresses.ts";
import { newNameMap } from "./names.ts";
import { sharedBits } from "./prefix-map.ts";
import { newRedaction } from "./redact.ts";

const KEY = Buffer.alloc(32, 7);
const OTHER_KEY = Buffer.alloc(32, 8);

function mapOf(...texts: readonly string[]): AddressMap {
  return newAddressMap(KEY, texts.flatMap(rangesIn));
}

function mapped(map: AddressMap, text: string): string {
  const address = parseAddress(text);
  if (address === null) throw new Error(`no address: ${text}`);
  return printAddress(addressOfBytes(map.address(bytesOf(address))));
}

function redacted(text: string, key = KEY, host = "worker-7.example.org"): string {
  return newRedaction([text], host, key).text(text);
}

const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
const v6 = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("an address", () => {
  const map = mapOf();

  it.each([v4, v6])("shares as many first bits with another one as before, and is nobody else's", (addresses) => {
    fc.assert(
      fc.property(addresses, addresses, (a, b) => {
        expect(sharedBits(map.address(a), map.address(b))).toBe(sharedBits(a, b));
      }),
    );
  });

  it.each([
    "0.0.0.0",
    "127.0.0.53",
    "169.254.20.10",
    "224.0.0.1",
    "255.255.255.255",
    "255.255.240.0",
    "::",
    "::1",
    "ff02::1",
    "fe80::1",
  ])("that the kernel treats in its own way stays: %s", (text) => {
    expect(mapped(map, text)).toBe(text);
  });

  it.each([
    ["10.1.2.3", /^10\./],
    ["192.168.7.9", /^192\.168\./],
    ["172.20.0.1", /^172\.(1[6-9]|2\d|3[01])\./],
    ["100.64.0.1", /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./],
    ["fd00:1::1", /^fd/],
    ["2001:db8::1", /^[23]/],
  ])("of a private network stays in it: %s", (text, pattern) => {
    expect(mapped(map, text)).toMatch(pattern);
    expect(mapped(map, text)).not.toBe(text);
  });

  it("inside of another one is the same as alone", () => {
    expect(mapped(map, "::ffff:10.1.2.3")).toBe(`::ffff:${mapped(map, "10.1.2.3")}`);
    expect(mapped(map, "64:ff9b::a01:203")).toMatch(/^64:ff9b::/);
  });

  it("depends on the key alone", () => {
    expect(mapped(mapOf(), "8.8.8.8")).toBe(mapped(map, "8.8.8.8"));
    expect(redacted("8.8.8.8", OTHER_KEY)).not.toBe(redacted("8.8.8.8"));
  });
});

describe("a range", () => {
  it("goes on having the same addresses in it, and no others", () => {
    const range = "--src-range 10.1.2.200-10.1.7.9";
    const map = mapOf(range);
    const value = (text: string): number => Number(parseAddress(text));
    const [first, last] = ["10.1.2.200", "10.1.7.9"].map((text) => value(mapped(map, text)));
    expect(redacted(range)).toBe(`--src-range ${mapped(map, "10.1.2.200")}-${mapped(map, "10.1.7.9")}`);
    fc.assert(
      fc.property(fc.integer({ min: value("10.1.0.0"), max: value("10.1.15.255") }), (address) => {
        const after = value(mapped(map, printAddress(address)));
        const isInside = address >= value("10.1.2.200") && address <= value("10.1.7.9");
        expect(after >= (first ?? 0) && after <= (last ?? 0)).toBe(isInside);
      }),
      { numRuns: 500 },
    );
  });

  it("of a device's network keeps its broadcast address last", () => {
    const text = "    inet 198.51.100.17/20 brd 198.51.111.255 scope global eth0";
    const [, brd = ""] = /brd (\S+)/.exec(redacted(text)) ?? [];
    expect(Number(parseAddress(brd)) & 0xfff).toBe(0xfff);
  });

  it("that a rule lays over another keeps the place of each address", () => {
    const line = "-A PREROUTING -d 198.51.100.0/24 -j NETMAP --to 10.9.8.0/24";
    const map = mapOf(line);
    expect(mapped(map, "198.51.100.77")).toMatch(/\.77$/);
    expect(mapped(map, "10.9.8.77")).toMatch(/\.77$/);
    expect(mapped(map, "198.51.100.77")).not.toBe("198.51.100.77");
  });
});

describe("text", () => {
  const map = mapOf();
  const to = (text: string): string => mapped(map, text);

  it.each([
    ["-s 8.8.8.8/32 -d 9.9.9.9", `-s ${to("8.8.8.8")}/32 -d ${to("9.9.9.9")}`],
    ["src=8.8.8.8 dst=2001:db8::5 sport=1", `src=${to("8.8.8.8")} dst=${to("2001:db8::5")} sport=1`],
    ["[2001:db8::5]:80 8.8.8.8:80-90", `[${to("2001:db8::5")}]:80 ${to("8.8.8.8")}:80-90`],
    ["add s 8.8.8.8,tcp:80,9.9.9.9", `add s ${to("8.8.8.8")},tcp:80,${to("9.9.9.9")}`],
    ["drop:8.8.8.8 bad:8.8.8.8 2001:db8::5.", `drop:${to("8.8.8.8")} bad:${to("8.8.8.8")} ${to("2001:db8::5")}.`],
    ["2001:db8::5:: 2001:db8::5... a::b::", `${to("2001:db8::5")}:: ${to("2001:db8::5")}... ${to("a::b")}::`],
    ["version 1.2.3 at 11:22:33, 1.2.3.4.5", "version 1.2.3 at 11:22:33, 1.2.3.4.5"],
    ["std::string add::x 0x0/0xffff [1:60]", "std::string add::x 0x0/0xffff [1:60]"],
    ["--mask 255.255.255.0 via inet6 fe80::1", "--mask 255.255.255.0 via inet6 fe80::1"],
  ])("%s", (text, expected) => {
    expect(redacted(text)).toBe(expected);
  });

  it.each([":", "f:", "1.", "a", '"', "--comment ", '" prefix "', "1-"])(
    "takes time in proportion to its length: %s",
    (part) => {
      const text = part.repeat(100_000);
      const started = performance.now();
      expect(redacted(text).length).toBeGreaterThanOrEqual(text.length);
      expect(performance.now() - started).toBeLessThan(4000);
    },
  );

  it("has networks without a host part, in every spelling", () => {
    const net = /^-s (\S+)\.0\.0\/16$/.exec(redacted("-s 8.8.0.0/16"))?.[1];
    expect(net).toBeDefined();
    expect(redacted("8.8.0.0/255.255.0.0")).toBe(`${String(net)}.0.0/255.255.0.0`);
    expect(redacted('{"prefix": {"addr": "8.8.0.0", "len": 16}}')).toContain(`"${String(net)}.0.0", "len": 16`);
    expect(redacted("2001:db8::/32")).toMatch(/^[\da-f]+:[\da-f]+::\/32$/);
    expect(redacted("inet 8.8.1.2/16")).not.toMatch(/\.0\.0\/16/);
  });

  it("hides MAC addresses, also inside of link-local ones, and keeps those of nobody and of many", () => {
    const text = "link/ether 02:11:22:33:44:55 brd ff:ff:ff:ff:ff:ff inet6 fe80::11:22ff:fe33:4455/64";
    const [, mac = "", link = ""] = /ether (\S+) brd ff:ff:ff:ff:ff:ff inet6 (\S+)\/64/.exec(redacted(text)) ?? [];
    expect(mac).toMatch(/^02(:[\da-f]{2}){5}$/);
    expect(mac).not.toContain("11:22");
    const [, b = "", c = "", d = "", e = "", f = ""] = mac.split(":");
    expect(parseAddress(link)).toBe(parseAddress(`fe80::00${b}:${c}ff:fe${d}:${e}${f}`));
    expect(redacted("00:00:00:00:00:00 ee:ee:ee:ee:ee:ee 01:00:5e:00:00:01")).toBe(
      "00:00:00:00:00:00 ee:ee:ee:ee:ee:ee 01:00:5e:00:00:01",
    );
    expect(redacted("bridge_id 8000.2:42:ac:11:0:2")).toMatch(/^bridge_id 8000\.2(:[\da-f]{1,2}){5}$/);
  });

  it("hides names in comments, prefixes and aliases, the same everywhere, and leaves what components say", () => {
    const names = newNameMap(KEY);
    const words = (text: string): string => names.words(text);
    const [shop, web] = [words("shop"), words("web")];
    expect(shop).toMatch(/^x-[a-z2-7]{8}$/);
    expect(redacted('-m comment --comment "shop/web:http cluster IP" -j X')).toBe(
      `-m comment --comment "${shop}/${web}:http cluster IP" -j X`,
    );
    expect(redacted("-m comment --comment shop -j X")).toBe(`-m comment --comment ${shop} -j X`);
    expect(redacted('add s 1.1.1.1 comment "shop"')).toContain(`comment "${shop}"`);
    expect(redacted('ip saddr 127.0.0.1 log prefix "shop: " accept comment "web"')).toBe(
      `ip saddr 127.0.0.1 log prefix "${shop}: " accept comment "${web}"`,
    );
    expect(redacted('{"rule": {"comment": "shop"}, "prefix": {"addr": "127.0.0.0", "len": 8}}')).toBe(
      `{"rule": {"comment": "${shop}"}, "prefix": {"addr": "127.0.0.0", "len": 8}}`,
    );
    expect(redacted("    alias shop uplink")).toBe(`    alias ${shop} ${words("uplink")}`);
    for (const own of ['"cali:6gwbT8clXdHdC1b1"', '"kubernetes service portals"', '"Start of policies"'])
      expect(redacted(`--comment x --comment ${own}`)).toContain(own);
  });

  it("never makes a prefix longer than iptables takes", () => {
    const [, prefix = ""] = /"(.*)"/.exec(redacted('-j LOG --log-prefix "a1/b2/c3/d4/e5: "')) ?? [];
    expect(prefix.length).toBeLessThanOrEqual(29);
    expect(prefix).not.toContain("b2");
  });

  it("hides the name of the host, whole and short, where it stands as a word", () => {
    const redaction = newRedaction([], "worker-7.example.org", KEY);
    expect(redaction.host).not.toContain("worker");
    expect(redacted('{"nodename": "worker-7.example.org"} worker-7 worker-77')).toMatch(
      /^\{"nodename": "x-[a-z2-7]{8}"\} x-[a-z2-7]{8} worker-77$/,
    );
    expect(redacted("-A filter", KEY, "filter")).toBe("-A filter");
  });
});
