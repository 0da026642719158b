import { describe, expect, it } from "vitest";
import { endpointHash, nftEndpointBase, nftServicePortBase, servicePortHash, servicePortName } from "./names.ts";

/** As they stand in public dumps of clusters. */
it.each([
  ["default", "kubernetes", "https", "tcp", "NPX46M4PTMTKRN6Y"],
  ["kube-system", "kube-dns", "dns", "udp", "TCOU7JCQXEZGVUNU"],
  ["kube-system", "kube-dns", "dns-tcp", "tcp", "ERIFXISQEP7F7OF4"],
  ["default", "nginx", "", "tcp", "2CMXP7HKUVJN7L6M"],
  ["ns1", "svc1", "p80", "tcp", "XPGD46QRK7WJZT7O"],
])("%s/%s:%s %s", (namespace, name, port, protocol, hash) => {
  expect(servicePortHash(servicePortName(namespace, name, port), protocol)).toBe(hash);
});

it("an endpoint's chain has its address and port in the hash, too", () => {
  expect(endpointHash("ns1/svc1:p80", "tcp", "10.180.0.1:80")).toBe("SXIVWICOYRO3J4NJ");
});

describe("names of chains in mode nftables", () => {
  it("begin with a hash of themselves", () => {
    const base = nftServicePortBase("ns1", "svc1", "tcp", "p80");
    expect(base).toBe("ULMVA6XW-ns1/svc1/tcp/p80");
    expect(nftEndpointBase(base, "10.180.0.1", 80)).toBe("5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80");
  });

  it("have no colon, and are never too long for nft", () => {
    const long = "n".repeat(63);
    const base = nftServicePortBase(long, long, "sctp", long);
    expect(base).toHaveLength(8 + 1 + 3 * 63 + 4 + 3);
    const endpoint = nftEndpointBase(base, "2001:db8:1111:2222:3333:4444:5555:6666", 65535);
    expect(endpoint).toHaveLength(240);
    expect(endpoint).toMatch(/__2001\.db8\.1111\.2222\.3333.*\.\.\.$/);
  });
});
