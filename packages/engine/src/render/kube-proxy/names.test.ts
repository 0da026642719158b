import { expect, it } from "vitest";
import { endpointHash, servicePortHash, servicePortName } from "./names.ts";

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
