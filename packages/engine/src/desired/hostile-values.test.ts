import { describe, expect, it } from "vitest";
import { readObjects } from "./read-objects.ts";
import type { DesiredState } from "./state.ts";

const GOOD = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "good" },
  spec: { clusterIP: "10.0.0.1", ports: [{ port: 80 }] },
};

/** What is said of an object, which stands on the first line before a good one. */
function read(object: unknown): { readonly state: DesiredState; readonly problems: readonly string[] } {
  const text = `${JSON.stringify(object)}\n---\n${JSON.stringify(GOOD)}`;
  const { value: state, diagnostics } = readObjects([{ path: "o.yaml", text }]);
  expect(state.services.map(({ metadata }) => metadata.name)).toEqual(["good"]);
  return {
    state,
    problems: diagnostics.map(({ code, params, span }) => `${String(span.line)} ${code} ${String(params["field"])}`),
  };
}

const node = (interfaceName: string, name = "n"): unknown => ({
  apiVersion: "hookwalk.dev/v1",
  kind: "Node",
  metadata: { name },
  spec: { interfaces: [{ name: interfaceName }] },
});

const proxyConfig = (fields: object): unknown => ({
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  ...fields,
});

describe("names that a tool could not write down are refused", () => {
  it.each([
    "",
    " ",
    "a b",
    "a\nb",
    "a\u0007b",
    "a\u007fb",
    "\u202eb",
    "a/b",
    "a:b",
    "!",
    ".",
    "..",
    'a"b',
    "a'b",
    "a\\b",
  ])("of a device: %j", (name) => {
    expect(read(node(name)).problems).toEqual(["1 object-bad-value spec.interfaces[0].name"]);
  });

  it("of a device: more than 15 signs", () => {
    expect(read(node("x".repeat(15))).problems).toEqual([]);
    expect(read(node("x".repeat(16))).problems).toEqual(["1 object-too-long spec.interfaces[0].name"]);
  });

  it.each(["eth0.100", "br-1a2b3c", "wg_0", "-", "网卡"])("and others are not: %s", (name) => {
    expect(read(node(name)).problems).toEqual([]);
  });

  it.each(["a b", "a\nb", "a\u0000b", "a/b", "a%2f", "..", "\u202e", 'a"'])("of an object: %j", (name) => {
    expect(read(node("eth0", name)).problems).toEqual(["1 object-bad-value metadata.name"]);
  });
});

describe("a KubeProxyConfiguration that kube-proxy would not start with", () => {
  it.each([
    [{ detectLocalMode: "BridgeInterface" }, "object-missing-field detectLocal.bridgeInterface"],
    [
      { detectLocalMode: "InterfaceNamePrefix", detectLocal: {} },
      "object-missing-field detectLocal.interfaceNamePrefix",
    ],
    [{ detectLocal: { bridgeInterface: "a b" } }, "object-bad-value detectLocal.bridgeInterface"],
    [{ detectLocal: { interfaceNamePrefix: "x".repeat(15) } }, "object-too-long detectLocal.interfaceNamePrefix"],
    [{ ipvs: { scheduler: "rr\n-A" } }, "object-bad-value ipvs.scheduler"],
    [{ iptables: { masqueradeBit: 32 } }, "object-bad-value iptables.masqueradeBit"],
  ])("%j", (fields, said) => {
    const { state, problems } = read(proxyConfig(fields));
    expect(problems).toEqual([`1 ${said}`]);
    expect(state.kubeProxy).toBeNull();
  });

  it("an override of the host's name counts as kube-proxy takes it", () => {
    expect(read(proxyConfig({ hostnameOverride: " Worker-1 " })).state.kubeProxy?.hostnameOverride).toBe("worker-1");
  });
});

it("port 0 of Cilium's DNS proxy is one that the agent chooses", () => {
  const config = (port: string): unknown => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "cilium-config", namespace: "kube-system" },
    data: { "tofqdns-proxy-port": port },
  });
  expect(read(config("0")).problems).toEqual([]);
  expect(read(config("65536")).problems).toEqual(["1 object-bad-value data.tofqdns-proxy-port"]);
});
