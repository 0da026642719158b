/** The node that random rulesets are tried on. */
import { readdirSync, readFileSync } from "node:fs";
import { parseSnapshot } from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import { setsText } from "./random-ruleset.ts";

const TOPOLOGY = new URL("../../cases/default-topology/", import.meta.url);

/** The other routing that rulesets are tried with: policy rules of both families, and IPv4's reverse path filtering of both kinds. */
export const POLICY_ROUTING: Readonly<Record<string, string>> = {
  "ip-rule.txt":
    "0:\tfrom all lookup local\n100:\tfrom all fwmark 0x1/0x1 lookup 100\n101:\tfrom 10.1.0.0/24 lookup 101\n102:\tfrom all to 192.0.2.0/24 iif eth0 ipproto tcp lookup 100\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n",
  "ip-route-table-100.txt": "default via 10.1.0.254 dev eth1\n10.2.0.0/24 dev eth2 scope link\n",
  "ip-route-table-101.txt": "blackhole 192.0.2.0/24\nthrow 10.0.0.0/24\n",
  "ip6-rule.txt":
    "0:\tfrom all lookup local\n100:\tfrom all fwmark 0x1/0x1 lookup 100\n101:\tfrom fd00:1::/64 lookup 101\n102:\tfrom all to 2001:db8::/32 iif eth0 ipproto tcp lookup 100\n32766:\tfrom all lookup main\n",
  "ip6-route-table-100.txt":
    "default via fd00:1::fe dev eth1 metric 1024 pref medium\nfd00:2::/64 dev eth2 metric 1024 pref medium\nfe80::/64 dev eth1 metric 1024 pref medium\n",
  "ip6-route-table-101.txt":
    "blackhole 2001:db8::/32 dev lo metric 1024 error -22 pref medium\nthrow fd00::/64 dev lo metric 1024 error -11 pref medium\n",
  "sysctl-rp-filter.txt": "net.ipv4.conf.eth1.rp_filter = 1\nnet.ipv4.conf.eth2.rp_filter = 2\n",
};

const SETS = "ipset-save.txt";

/** Redirects are rate-limited by time. */
const NO_REDIRECTS = ["all", "default", "eth0", "eth1", "eth2"]
  .map((dev) => `net.ipv4.conf.${dev}.send_redirects = 0\n`)
  .join("");

/** The default topology with the sets of random-ruleset.ts, and what `extra` puts in the place of its files. */
export function fuzzNode(extra: Readonly<Record<string, string>>): Snapshot {
  const files = readdirSync(TOPOLOGY)
    .filter((name) => !(name in extra))
    .map((path) => ({ path, text: readFileSync(new URL(path, TOPOLOGY), "utf8") }));
  for (const [path, text] of Object.entries(extra)) files.push({ path, text });
  files.push({ path: "sysctl-redirects.txt", text: NO_REDIRECTS });
  if (!(SETS in extra)) files.push({ path: SETS, text: setsText() });
  return parseSnapshot(files, { name: "fuzz" });
}
