import { existsSync, writeFileSync } from "node:fs";
import type { Snapshot } from "@hookwalk/engine";

/**
 * A fresh namespace as the kernel's defaults have it (IPv4 settings are otherwise copied from the host's namespace), and
 * without what would hide or add packets: rate limits of ICMP errors, IPv6 flow labels that the lab uses itself.
 */
const BASELINE: readonly (readonly [name: string, value: string])[] = [
  ["net.ipv4.ip_forward", "0"],
  ["net.ipv6.conf.all.forwarding", "0"],
  ...["all", "default"].flatMap((device): [string, string][] => [
    [`net.ipv4.conf.${device}.rp_filter`, "0"],
    [`net.ipv4.conf.${device}.accept_local`, "0"],
    [`net.ipv4.conf.${device}.route_localnet`, "0"],
    [`net.ipv4.conf.${device}.src_valid_mark`, "0"],
    [`net.ipv4.conf.${device}.send_redirects`, "1"],
    [`net.ipv4.conf.${device}.accept_redirects`, "1"],
    [`net.ipv6.conf.${device}.accept_dad`, "0"],
    [`net.ipv6.conf.${device}.router_solicitations`, "0"],
    [`net.ipv6.conf.${device}.accept_ra`, "0"],
  ]),
  ["net.ipv4.icmp_ratemask", "0"],
  ["net.ipv6.icmp.ratelimit", "0"],
  ["net.ipv6.icmp.ratemask", ""],
  ["net.ipv6.auto_flowlabels", "0"],
  ["net.netfilter.nf_log.2", "nfnetlink_log"],
  ["net.netfilter.nf_log.10", "nfnetlink_log"],
];

/** Settings that would blind the lab, or belong to the host. */
const KEPT_BACK =
  /^net\.(core|unix|netfilter\.nf_log)|^net\.ipv[46]\.(icmp.*rate|auto_flowlabels)|\.(accept_dad|router_solicitations|accept_ra)$/;

/** What decides over many others is written first: turning forwarding on or off sets it on every device. */
const FIRST = /\.(ip_forward|conf\.all\.[a-z_0-9]+|conf\.default\.[a-z_0-9]+)$/;

/** Writes the baseline. In the namespace. Returns what this kernel does not have. */
export function writeBaseline(): readonly string[] {
  return BASELINE.flatMap(([name, value]) => writeSysctl(name, value));
}

/** Writes the snapshot's settings over the baseline. In the namespace, with its devices made. */
export function writeSysctls(snapshot: Snapshot): readonly string[] {
  const wanted = [...(snapshot.sysctls?.values() ?? [])].filter(
    ({ name }) => name.startsWith("net.") && !KEPT_BACK.test(name),
  );
  wanted.sort((a, b) => rank(a.name) - rank(b.name));
  return wanted.flatMap(({ name, value }) => writeSysctl(name, value));
}

function rank(name: string): number {
  const at = FIRST.exec(name);
  if (at === null) return 2;
  return name.endsWith("ip_forward") || name.endsWith("conf.all.forwarding") ? 0 : 1;
}

/** `net.ipv4.conf.eth0/100.rp_filter`: sysctl swaps dots and slashes. */
function writeSysctl(name: string, value: string): readonly string[] {
  const path = `/proc/sys/${name.replace(/[./]/g, (sign) => (sign === "." ? "/" : "."))}`;
  if (!existsSync(path)) return [`${name}: not in this kernel`];
  try {
    writeFileSync(path, `${value}\n`);
    return [];
  } catch (error) {
    return [`${name} = ${value}: ${String(error)}`];
  }
}
