import { describe, expect, it } from "vitest";
import type { EndpointSlice } from "../../desired/endpoint-slice.ts";
import { endpointsBy } from "./endpoints.ts";

function slice(
  name: string,
  ...endpoints: readonly (readonly [address: number, node: string, zone?: string])[]
): EndpointSlice {
  const labels = new Map([["kubernetes.io/service-name", "web"]]);
  return {
    kind: "EndpointSlice",
    metadata: { name, namespace: "shop", labels, annotations: new Map(), created: "", isTerminating: false },
    addressType: "IPv4",
    ports: [{ name: "http", protocol: "TCP", port: 80 }],
    endpoints: endpoints.map(([address, nodeName, zone]) => ({
      ...{ address, nodeName, ready: true, serving: true, terminating: false },
      zones: zone === undefined ? null : [zone],
      nodes: null,
    })),
  };
}

describe("endpoints of a port", () => {
  const found = (...slices: readonly EndpointSlice[]): readonly string[] =>
    endpointsBy(
      slices,
      "ip",
      "here",
    )({ namespace: "shop", service: "web", portName: "http", protocol: "TCP" }).map(
      ({ text, isLocal, zones }) => `${text} ${String(isLocal)} ${String(zones)}`,
    );

  it("are those of all slices, by their text", () => {
    const slices = [slice("a", [0x0a00_000a, "there"]), slice("b", [0x0a00_0002, "there"], [0x0a00_0001, "here"])];
    expect(found(...slices)).toEqual(["10.0.0.10:80 false null", "10.0.0.1:80 true null", "10.0.0.2:80 false null"]);
  });

  it("stand once: as the slice has it that knows it to be here, else as the first one", () => {
    const [there, here] = [slice("a", [0x0a00_0001, "there", "x"]), slice("b", [0x0a00_0001, "here", "y"])];
    expect(found(there, here)).toEqual(["10.0.0.1:80 true y"]);
    expect(found(here, there)).toEqual(["10.0.0.1:80 true y"]);
    expect(found(there, slice("c", [0x0a00_0001, "elsewhere", "z"]))).toEqual(["10.0.0.1:80 false x"]);
  });
});
