import { describe, expect, it } from "vitest";
import { hintsOfCommand, hintsOfPath } from "./formats.ts";

describe("hintsOfPath", () => {
  it.each([
    ["node/ip6tables-legacy-save.txt", { format: "iptables-save", family: "ip6", backend: "legacy" }],
    ["iptables-nft-save.txt", { format: "iptables-save", backend: "nft" }],
    ["ip-route-table-11.txt", { format: "ip-route", table: "11" }],
    ["sos_commands/networking/ip_-6_route_show_table_all", { format: "ip-route", family: "ip6" }],
    ["ip_-d_address", { format: "ip-addr" }],
    ["ss_-peaonmi", { format: "ss" }],
    ["ip-rule.iproute2-6.1.0.txt", { format: "ip-rule" }],
    ["ipset-save.txt", { format: "ipset" }],
    ["ipvsadm-save.txt", { format: "ipvsadm" }],
    ["proc/net/ip_vs", { format: "ipvsadm" }],
    ["cni-10-calico.conflist", { format: "cni" }],
    ["nft-ruleset.txt", { format: "nft" }],
    ["nft-ruleset-terse.nft-1.0.6.txt", { format: "nft", terse: true }],
    ["sos_commands/firewall_tables/nft_-a_list_ruleset", { format: "nft" }],
    ["settings.txt", {}],
  ])("%s", (path, hints) => {
    expect(hintsOfPath(path)).toEqual(hints);
  });
});

describe("hintsOfCommand", () => {
  it.each([
    ["ip -6 -d route show table 11", { format: "ip-route", family: "ip6", table: "11" }],
    ["ip r", { format: "ip-route" }],
    ["ip ru", { format: "ip-rule" }],
    ["ip a", { format: "ip-addr" }],
    ["ip neigh show dev eth0", { format: "ip-neigh", dev: "eth0" }],
    ["ip route show table all", { format: "ip-route" }],
    ["ip6tables-legacy-save -c", { format: "iptables-save", family: "ip6", backend: "legacy" }],
    ["ipset list", { format: "ipset" }],
    ["conntrack -L -o extended", { format: "conntrack" }],
    ["ss -tuanp --inet-sockopt", { format: "ss" }],
    ["ss -t -p -a -i -s -n -e", { format: "ss", proto: "tcp" }],
    ["ss -unape", { format: "ss", proto: "udp" }],
    ["sysctl -a", { format: "sysctl" }],
    ["ipvsadm -Ln", { format: "ipvsadm" }],
    ["cat /proc/net/ip_vs", { format: "ipvsadm" }],
    ["ip route add default via 10.0.0.1", null],
    ["ip xfrm state", null],
    ["nft list ruleset", { format: "nft" }],
    ["nft -a list ruleset", { format: "nft" }],
    ["nft -at list table ip nat", { format: "nft", terse: true }],
    ["nft add table x", null],
  ])("%s", (command, hints) => {
    expect(hintsOfCommand(command)).toEqual(hints);
  });
});
