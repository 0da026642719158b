import type { VersionSign } from "../owner.ts";

/** What rules look like in which versions: the first release that writes them so, and the last. */
export const ciliumVersions: readonly VersionSign[] = [
  { rule: { comment: /^cilium: TPROXY to host /, text: /--on-ip 127\.0\.0\.1 / }, from: "1.14" },
  { rule: { comment: /^cilium: TPROXY to host /, text: /--on-ip 0\.0\.0\.0 / }, to: "1.15" },
  { rule: { comment: /^cilium: any->pod redirect/, text: /^-m socket --transparent -j/ }, to: "1.15" },
  { rule: { comment: /^cilium: any->pod redirect/, text: /--mark 0x(e|8)00\/0xf00/ }, from: "1.16" },
  { rule: { comment: /^cilium: any->pod redirect/, text: /^! -o lo / }, from: "1.17" },
  { rule: { comment: /^cilium: (NOTRACK|ACCEPT) for [lL]7 proxy upstream traffic$/ }, from: "1.12" },
  { rule: { comment: /^cilium: NOTRACK for proxy forward traffic$/ }, from: "1.16" },
  { rule: { chain: /OUTPUT$/, comment: /^cilium: ACCEPT for proxy return traffic$/ }, to: "1.15" },
  { rule: { chain: /OUTPUT$/, comment: /^cilium: ACCEPT for proxy traffic$/ }, from: "1.16" },
  {
    rule: { comment: /^cilium: host->any mark as from host$/, text: /! --mark 0xf00\/0xf00/ },
    from: "1.10",
    to: "1.18",
  },
  { rule: { comment: /^cilium: host->any mark as from host$/, text: /! --mark 0x400\/0xf00/ }, from: "1.16" },
  { rule: { comment: /^exclude traffic to cluster nodes from masquerade$/ }, from: "1.11" },
  { rule: { comment: /^cilium snat non-cluster via source route$/ }, from: "1.15" },
  { rule: { comment: /^exclude proxy return traffic from masquarade$/ }, to: "1.9" },
  { rule: { comment: /for tunnel traffic$/ }, from: "1.19" },
  { rule: { comment: /^exclude encrypt\/decrypt marks from|^cilium-encryption-notrack:/ }, from: "1.19" },
  { rule: { comment: /^exclude xfrm marks from|^cilium-xfrm-notrack:/ }, to: "1.18" },
  { rule: { comment: /^cilium: NOTRACK for pod traffic$/ }, from: "1.10" },
];
