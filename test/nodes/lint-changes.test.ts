import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileProgram, lintSnapshot, walkPacket } from "@hookwalk/engine";
import type { Finding, Snapshot } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { paramOf } from "../../packages/engine/src/lint/told.ts";
import { readOrder } from "../../packages/cli/src/commands/packet-order.ts";
import { nodeNames, NODES, readNode } from "./node.ts";

/** The checks of sets, routing, settings and CNIs; those of rules and listings say in their own tests what they find here. */
const OWN: ReadonlySet<string> = new Set([
  "bridge-nf-call-off",
  "conntrack-nearly-full",
  "duplicate-ip-rule",
  "forwarding-off",
  "leftovers-of-removed-cni",
  "masquerade-covers-pod-range",
  "policy-drop-with-cni",
  "route-table-without-default",
  "rp-filter-asymmetric",
  "rule-to-empty-table",
  "rule-unreachable",
  "service-address-without-backend",
  "set-empty",
  "set-missing",
  "set-nearly-full",
  "set-unused",
  "set-wrong-dimensions",
  "set-wrong-family",
  "tproxy-table-empty",
  "tproxy-without-listener",
  "tproxy-without-rule",
]);

/** What counts, `check file:line`. */
function told(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ check, severity }) => severity !== "info" && OWN.has(check))
    .map(({ check, where: { span } }) => `${check} ${span.file}:${String(span.line)}`);
}

it.each(nodeNames)("lint has nothing to say of sets, routing and settings of %s", (name) => {
  expect(told(lintSnapshot(readNode(name)))).toEqual([]);
});

/** One thing is changed, and one finding says so. */
const CHANGES: readonly (readonly [node: string, file: string, from: RegExp, to: string, finding: string])[] = [
  ["cilium-native", "ip-rule.txt", /^9:.*\n/m, "", "tproxy-without-rule iptables-save.txt:"],
  ["cilium-tunnel", "ip-rule.txt", /fwmark 0x200/, "fwmark 0x300", "tproxy-without-rule iptables-save.txt:"],
  ["cilium-tunnel", "ip-route.txt", /^local default/m, "default", "tproxy-table-empty ip-rule.txt:"],
  ["ack-cilium", "ip-route-table-2004.txt", /^local default/m, "default", "tproxy-table-empty ip-rule.txt:"],
  ["cilium-native", "ss.txt", /0\.0\.0\.0:15503/, "0.0.0.0:15504", "tproxy-without-listener iptables-save.txt:"],
  ["ack-cilium", "ss.txt", /transparent /g, "", "tproxy-without-listener iptables-save.txt:"],
  ["cilium-tunnel", "ipset-save.txt", /^.* KUBE-NODE-PORT-TCP .*\n/gm, "", "set-missing iptables-save.txt:"],
  ["calico-slave1", "ipset-save.txt", /family inet /, "family inet6 ", "set-wrong-family iptables-save.txt:"],
  [
    "cilium-tunnel",
    "iptables-save.txt",
    /IP dst,dst -m physdev/,
    "IP dst -m physdev",
    "set-wrong-dimensions iptables-save.txt:",
  ],
  [
    "cilium-tunnel",
    "ipset-save.txt",
    /(KUBE-CLUSTER-IP .*) maxelem \d+/,
    "$1 maxelem 4",
    "set-nearly-full ipset-save.txt:",
  ],
  ["calico-slave1", "sysctl.txt", /ip_forward = 1/, "ip_forward = 0", "forwarding-off sysctl.txt:"],
  ["ack-cilium", "sysctl.txt", /eth0\.rp_filter = 0/, "eth0.rp_filter = 1", "rp-filter-asymmetric sysctl.txt:"],
  ["ack-cilium", "ip-route-table-11.txt", /^.*\n/gm, "", "rule-to-empty-table ip-rule.txt:"],
  ["cilium-native", "ip-rule.txt", /$/, "40000:\tfrom 10.197.65.17 lookup 2005\n", "rule-unreachable ip-rule.txt:"],
  [
    "cilium-tunnel",
    "ipvsadm-save.txt",
    /^.* 10\.96\.45\.10:80 .*\n/gm,
    "",
    "service-address-without-backend ip-addr.txt:",
  ],
  [
    "cilium-tunnel",
    "iptables-save.txt",
    /! -d 100\.64\.0\.0\/10/,
    "",
    "masquerade-covers-pod-range iptables-save.txt:",
  ],
  [
    "calico-slave1",
    "sysctl.txt",
    /$/,
    "net.netfilter.nf_conntrack_max = 8\nnet.netfilter.nf_conntrack_count = 8\n",
    "conntrack-nearly-full sysctl.txt:",
  ],
];

describe("lint of a changed node", () => {
  it.each(CHANGES)("%s: %s with %s as “%s”", (name, file, from, to, finding) => {
    const edit = ({ path, text }: { readonly path: string; readonly text: string }): string =>
      path === file ? text.replace(from, to) : text;
    expect(edit({ path: file, text: readFileSync(join(NODES, name, file), "utf8") })).not.toBe(
      readFileSync(join(NODES, name, file), "utf8"),
    );
    const snapshot = readNode(name, edit);
    const findings = lintSnapshot(snapshot);
    const own = told(findings);
    expect(own.length).toBeGreaterThan(0);
    for (const one of own) expect(one).toContain(finding);
    for (const one of findings) if (paramOf(one, "options") !== "") confirm(one, snapshot);
  });
});

/** The packet of a finding, as `hookwalk trace` would be asked for it, fares as the finding says: it is lost, or its source changes. */
function confirm(finding: Finding, snapshot: Snapshot): void {
  const words = paramOf(finding, "options").split(" --");
  const fields = new Map(words.map((word) => word.replace(/^--/, "").split(" ") as [string, string]));
  const program = compileProgram(snapshot);
  const read = readOrder(fields, program.links);
  if ("problems" in read) throw new Error(read.problems.join("; "));
  const { packet, arrival } = read.order;
  expect(packet).toEqual(finding.witness);
  const { outcomes } = walkPacket(program, packet, arrival);
  for (const { verdict, packet: left } of outcomes) expect(verdict === "drop" || left.src !== packet.src).toBe(true);
}
