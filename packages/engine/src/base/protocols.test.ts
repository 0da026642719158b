import { describe, expect, it } from "vitest";
import { parseProtocol, printProtocol } from "./protocols.ts";

describe("protocols", () => {
  it("reads back what it prints, for every number", () => {
    for (let number = 0; number < 256; number++) expect(parseProtocol(printProtocol(number))).toBe(number);
  });

  it("takes aliases and any case, as iptables does", () => {
    expect(parseProtocol("TCP")).toBe(6);
    expect(parseProtocol("icmpv6")).toBe(58);
    expect(parseProtocol("all")).toBe(0);
    expect(printProtocol(58)).toBe("ipv6-icmp");
    expect(printProtocol(253)).toBe("253");
  });

  it("refuses everything else", () => {
    for (const text of ["", "256", "-1", "tcpp", "1e1", "__proto__", "constructor"])
      expect(parseProtocol(text)).toBe(null);
  });
});
