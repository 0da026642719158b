import { readObjects } from "@hookwalk/engine/desired";
import { renderOwners } from "@hookwalk/engine/render";
import { describe, expect, it } from "vitest";

const NODE = `apiVersion: v1
kind: Node
metadata: { name: n }
status: { addresses: [{ type: InternalIP, address: 192.0.2.11 }] }
---
`;

function service(name: string, spec: string, labels = ""): string {
  return `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: x, labels: { ${labels} } }\nspec:\n${spec}\n---\n`;
}

/** What is said of services, and where; whether anything is rendered. */
function said(mode: "iptables" | "ipvs" | "nftables", ...services: readonly string[]): readonly string[] {
  const config = `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ${mode}\n`;
  const text = NODE + services.join("") + config;
  const { value: state, diagnostics } = readObjects([{ path: "o.yaml", text }]);
  expect(diagnostics).toEqual([]);
  const { value, diagnostics: problems } = renderOwners(["kube-proxy"], state);
  expect(value).not.toBeNull();
  return problems.map(({ code, severity, params, span }) => {
    const line = text.split("\n")[span.line - 1]?.trim() ?? "";
    return `${severity} ${code} ${Object.values(params).join(" ")} | ${line}`;
  });
}

const MODES = ["iptables", "ipvs", "nftables"] as const;

describe("what two services ask for both is told, with its place", () => {
  const one = service("a", "  clusterIP: 10.96.0.1\n  ports: [{ port: 80 }]");

  it.each(MODES)("%s: a cluster IP and port", (mode) => {
    expect(said(mode, one, service("b", "  clusterIP: 10.96.0.1\n  ports:\n  - port: 80"))).toEqual([
      "warning kube-proxy-shared Service x/b spec.clusterIP 10.96.0.1:80/TCP Service x/a | clusterIP: 10.96.0.1",
    ]);
  });

  it("a node port, of one protocol", () => {
    const two = (ip: number, protocol: string): string =>
      `  type: NodePort\n  clusterIP: 10.96.0.${String(ip)}\n  ports:\n  - port: 80\n    protocol: ${protocol}\n    nodePort: 30000`;
    const claim = service("a", two(1, "TCP"));
    expect(said("iptables", claim, service("b", two(2, "UDP")))).toEqual([]);
    expect(said("iptables", claim, service("b", two(2, "TCP")))).toEqual([
      "warning kube-proxy-shared Service x/b spec.ports[0].nodePort 30000/TCP Service x/a | nodePort: 30000",
    ]);
  });

  it("an address from outside, whichever way each names it", () => {
    const outside = service(
      "a",
      "  type: LoadBalancer\n  clusterIP: 10.96.0.1\n  externalIPs: [198.51.100.1]\n  ports: [{ port: 80 }]\nstatus: { loadBalancer: { ingress: [{ ip: 198.51.100.1 }] } }",
    );
    const other = (port: number): string =>
      service(
        "b",
        `  clusterIP: 10.96.0.2\n  ports: [{ port: ${String(port)} }]\n  externalIPs:\n  - 198.51.100.9\n  - 198.51.100.1`,
      );
    expect(said("iptables", outside)).toEqual([]);
    expect(said("iptables", outside, other(81))).toEqual([]);
    expect(said("iptables", outside, other(80))).toEqual([
      "warning kube-proxy-shared Service x/b spec.externalIPs[1] 198.51.100.1:80/TCP Service x/a | - 198.51.100.1",
    ]);
  });

  it("not what kube-proxy leaves to others", () => {
    const again = "  clusterIP: 10.96.0.1\n  ports: [{ port: 80 }]";
    for (const label of ["service.kubernetes.io/service-proxy-name", "service.kubernetes.io/headless"])
      expect(said("iptables", one, service("b", again, `${label}: ""`))).toEqual([]);
    const six = "  clusterIP: fd00::1\n  externalIPs: [198.51.100.1]\n  ports: [{ port: 80 }]";
    expect(said("iptables", service("b", six), service("c", six.replace("::1", "::2")))).toEqual([]);
  });
});

describe("a name that is too long for nft's comments is told in mode nftables", () => {
  const long = "n".repeat(63);
  const spec = `  clusterIP: 10.96.0.1\n  ports:\n  - name: ${long}\n    port: 80`;
  it.each([
    ["nftables", ["kube-proxy-long-comment"]],
    ["iptables", []],
    ["ipvs", []],
  ] as const)("%s", (mode, codes) => {
    const problems = said(mode, service(long, spec).replace("namespace: x", "namespace: xy"));
    expect(problems.map((one) => one.split(" ")[1])).toEqual(codes);
    expect(problems.every((one) => one.endsWith(`| - name: ${long}`))).toBe(true);
    // x/, 63, : and 62 are the 128 bytes that it takes.
    expect(said(mode, service(long, spec.replace(long, long.slice(1))))).toEqual([]);
  });
});
