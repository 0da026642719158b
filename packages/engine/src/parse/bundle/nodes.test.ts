import { describe, expect, it } from "vitest";
import { isAside, placeOf } from "./layouts.ts";
import { nodesOf } from "./nodes.ts";

const BUGTOOL = "cilium-bugtool-20261126-112500.123+0000-UTC-4242";

describe("placeOf", () => {
  it.each([
    [`${BUGTOOL}/cmd/iptables-save--c.md`, "iptables-save -c"],
    [`${BUGTOOL}/cmd/ip6tables-legacy-save--c.md`, "ip6tables-legacy-save -c"],
    [`${BUGTOOL}/cmd/ip--4-route-show-table-11.md`, "ip -4 route show table 11"],
    [`${BUGTOOL}/cmd/ip--d--s--s-l.md`, "ip -d -s -s l"],
    [`${BUGTOOL}/cmd/ip--6-n.md`, "ip -6 n"],
    [`${BUGTOOL}/cmd/ss--u--p--a--i--s--n--e.md`, "ss -u -p -a -i -s -n -e"],
    [`${BUGTOOL}/cmd/nft--a-list-ruleset.md`, "nft -a list ruleset"],
    [`${BUGTOOL}/cmd/cilium-dbg-bpf-ct-list-global---time-diff.md`, undefined],
    [`${BUGTOOL}/cmd/ip--s-xfrm-policy.md`, undefined],
    [`${BUGTOOL}/cmd/state/ep_config.json`, undefined],
    ["sosreport-n1-2026-11-26-abc/sos_commands/networking/ip_-4_rule_list", "ip -4 rule list"],
    ["sosreport-n1-2026-11-26-abc/sos_commands/networking/ip_-d_route_show_cache", undefined],
    ["sosreport-n1-2026-11-26-abc/sos_commands/networking/ip_neigh_show_nud_noarp", undefined],
    ["sosreport-n1-2026-11-26-abc/sos_commands/conntrack/conntrack_-L_-o_extended", "conntrack -L -o extended"],
    ["sosreport-n1-2026-11-26-abc/sos_commands/firewall_tables/iptables_-t_nat_-nvL", "iptables -t nat -nvL"],
    ["sosreport-n1-2026-11-26-abc/sos_commands/kernel/sysctl_-a", "sysctl -a"],
    ["nodes/n1/ip-route-v6.txt", "ip -6 route show table all"],
    ["nodes/n1/bpf-conntrack.txt", undefined],
    ["diagnostics/ipv4_tables", "iptables-save -c"],
    ["diagnostics/logs/felix.log", undefined],
    ["node/iptables-save.txt", undefined],
  ])("%s", (path, command) => {
    expect(placeOf(path)?.command).toBe(command);
  });

  it.each([
    ["sos_commands/networking/namespaces/blue/ip_netns_exec_blue_ip6tables-save", "blue", "ip6tables-save"],
    ["sos_commands/networking/namespaces/a_b/ip_netns_exec_a_b_ip_-4_rule_list", "a_b", "ip -4 rule list"],
    ["sos_commands/networking/ip_netns_exec_blue_ip_route_show_table_all", "blue", "ip route show table all"],
  ])("%s is of a namespace", (path, netns, command) => {
    expect(placeOf(path)).toMatchObject({ netns, command, root: "" });
  });
});

describe("isAside", () => {
  it.each([
    ["cilium-sysdump-20261126-112500.zip/cilium-sysdump-20261126-112500/k8s-pods-20261126-112500.yaml", true],
    [`cilium-sysdump-20261126-112500/cilium-bugtool-cilium-abcde-20261126-112500/cmd/ip-a.md`, false],
    [`cilium-sysdump-20261126-112500/cilium-bugtool-cilium-abcde-20261126-112500/cmd/hostname.md`, false],
    [`cilium-sysdump-20261126-112500/cilium-bugtool-cilium-abcde-20261126-112500.tar.gz`, false],
    ["sosreport-n1-2026-11-26-abc/var/log/messages", true],
    ["sosreport-n1-2026-11-26-abc/proc/net/nf_conntrack", false],
    ["diags-20261126_112500.tar.gz/diagnostics/logs/felix.log", true],
    ["node/var/log/messages", false],
  ])("%s: %s", (path, aside) => {
    expect(isAside(path)).toBe(aside);
  });
});

/** Name, then each file behind its command. */
function found(files: Readonly<Record<string, string>>): readonly (readonly string[])[] {
  const nodes = nodesOf(Object.entries(files).map(([path, text]) => ({ path, read: () => text })));
  return nodes.map(({ name, files: own }) => [
    name,
    ...own.map(({ file, command }) => `${command ?? ""}: ${file.path}`),
  ]);
}

describe("nodesOf", () => {
  it("finds each agent of a sysdump, by the node's own name or by its pod's", () => {
    const dump = "cilium-sysdump-1";
    const files = {
      [`${dump}/cilium-bugtool-cilium-abcde-20261126-112500/cmd/ip-a.md`]: "",
      [`${dump}/cilium-bugtool-cilium-abcde-20261126-112500/cmd/hostname.md`]: "worker-2\n",
      [`${dump}/cilium-bugtool-cilium-fghij-20261126-112500/cmd/ip-a.md`]: "",
      [`${dump}/cilium-bugtool-cilium-fghij-20261126-112500/cmd/hostname.md`]:
        "> Error while running 'hostname':  no\n",
      [`${dump}/cilium-bugtool-cilium-klmno-20261126-112500.tar.gz/${BUGTOOL}/cmd/ip-a.md`]: "",
      [`${dump}/cilium-bugtool-cilium-klmno-20261126-112500.tar.gz/${BUGTOOL}/cmd/hostname.md`]: "worker-1\n",
      [`${dump}/k8s-nodes-20261126-112500.yaml`]: "",
    };
    expect(found(files).map(([name]) => name)).toEqual(["cilium-fghij", "worker-1", "worker-2"]);
    expect(found(files)[2]).toEqual([
      "worker-2",
      `ip a: ${dump}/cilium-bugtool-cilium-abcde-20261126-112500/cmd/ip-a.md`,
    ]);
  });

  it("calls nodes of one name by their directories", () => {
    const files = { "a/cmd/ip-a.md": "", "a/cmd/hostname.md": "n", "b/cmd/ip-a.md": "", "b/cmd/hostname.md": "n" };
    expect(found(files).map(([name]) => name)).toEqual(["a", "b"]);
  });

  it("makes each namespace of a sos report a snapshot of its own", () => {
    expect(
      found({
        "sosreport-n1-2026-11-26-abc/etc/hostname": "n1.example.org\n",
        "sosreport-n1-2026-11-26-abc/etc/cni/net.d/10-calico.conflist": "{}",
        "sosreport-n1-2026-11-26-abc/sos_commands/networking/ip_-o_addr": "",
        "sosreport-n1-2026-11-26-abc/sos_commands/networking/namespaces/blue/ip_netns_exec_blue_iptables-save": "",
        "var/proc/net/nf_conntrack": "of nobody",
      }),
    ).toEqual([
      [
        "n1.example.org",
        "cat /etc/cni/net.d/10-calico.conflist: sosreport-n1-2026-11-26-abc/etc/cni/net.d/10-calico.conflist",
        "ip -o addr: sosreport-n1-2026-11-26-abc/sos_commands/networking/ip_-o_addr",
      ],
      [
        "n1.example.org/blue",
        "iptables-save: sosreport-n1-2026-11-26-abc/sos_commands/networking/namespaces/blue/ip_netns_exec_blue_iptables-save",
      ],
    ]);
  });

  it("finds the nodes of calicoctl's diagnostics", () => {
    const cluster = "calico-diagnostics-20261126_112500/nodes";
    expect(
      found({
        [`${cluster}/n2/ip-rule.txt`]: "",
        [`${cluster}/n1/ip-rule.txt`]: "",
        [`${cluster}/n1/bpf-ipsets.txt`]: "",
      }),
    ).toEqual([
      ["n1", `ip rule: ${cluster}/n1/ip-rule.txt`],
      ["n2", `ip rule: ${cluster}/n2/ip-rule.txt`],
    ]);
    expect(found({ "diagnostics/hostname": "n3\n", "diagnostics/ipv6_route": "" })).toEqual([
      ["n3", "ip -6 route: diagnostics/ipv6_route"],
    ]);
  });

  it("takes directories with a manifest each as nodes, one such directory as a plain snapshot", () => {
    const one = { "a/manifest.json": "{}", "a/deep/ip-rule.txt": "" };
    expect(found(one)).toEqual([]);
    expect(found({ ...one, "b/manifest.json": "{}", "notes.txt": "" })).toEqual([
      ["a", ": a/manifest.json", ": a/deep/ip-rule.txt"],
      ["b", ": b/manifest.json"],
    ]);
    expect(found({ ...one, "manifest.json": "{}" })).toEqual([]);
  });
});
