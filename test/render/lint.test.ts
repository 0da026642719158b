import { lintSnapshot } from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { casesFor, policyCases } from "../policy/objects.ts";
import { rendered as renderedCalico } from "../policy/render.ts";
import { renderedOn } from "./cilium/cluster.ts";
import { inMode, ofVersion, rendered } from "./kube-proxy/render.ts";

/** What a person would take for a fault: notes are none, but that a table is too large to be judged. */
function alarms(snapshot: Snapshot): readonly string[] {
  return lintSnapshot(snapshot)
    .filter(({ severity, message }) => severity !== "info" || message === "too-large-to-prove")
    .map(({ check, message, where: { family, table, chain, rule } }) =>
      [check, message, family, table, chain, rule].map(String).join(" "),
    );
}

describe("what components write is no fault", () => {
  it.each(["iptables", "ipvs", "nftables"] as const)("kube-proxy, %s", (mode) => {
    expect(alarms(rendered(inMode(mode)))).toEqual([]);
  });
  it.each(["1.21.0", "1.24.0", "1.26.0", "1.34.0"])("kube-proxy %s, ipvs", (version) => {
    expect(alarms(rendered(inMode("ipvs", ofVersion(version))))).toEqual([]);
  });

  // IPsec is not among them: the routes of its tables are not rendered.
  const CILIUM: readonly Readonly<Record<string, string>>[] = [
    {},
    { "routing-mode": "tunnel", tunnel: "vxlan" },
    { "egress-masquerade-interfaces": "eth0,eth1" },
    { "enable-endpoint-routes": "true" },
    { "enable-wireguard": "true" },
  ];
  it.each(["1.9.18", "1.13.0", "1.16.0", "1.18.0"])("Cilium %s", (version) => {
    for (const data of CILIUM) expect(alarms(renderedOn({ version, data }).snapshot), JSON.stringify(data)).toEqual([]);
  });

  // Lint takes its time: cases of each kind.
  const CALICO: ReadonlySet<string> = new Set([
    "01-none",
    "19-many-ports-and-blocks",
    "50-calico-pass",
    "56-both-apis",
  ]);
  it.each(
    policyCases()
      .filter(({ name }) => CALICO.has(name))
      .map((each) => [each.name, each] as const),
  )("Calico, %s", (_name, { state }) => {
    for (const dataplane of ["iptables", "nftables"] as const)
      expect(alarms(renderedCalico(casesFor(state, dataplane)))).toEqual([]);
  });
});
