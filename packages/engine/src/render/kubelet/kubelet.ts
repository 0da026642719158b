import type { Family } from "../../base/address.ts";
import { defaultKubeletConfiguration } from "../../desired/kubelet-configuration.ts";
import type { KubeletConfiguration } from "../../desired/kubelet-configuration.ts";
import { bitMark, LOOPBACK_GUARD, marking, masquerading } from "../iptables/kube-rules.ts";
import { DROP, jump, match } from "../iptables/spec.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import type { Version } from "../node/version.ts";
import { isAtLeast } from "../node/version.ts";
import { faultyConfiguration, renderProblem } from "../problem.ts";
import type { Renderer } from "../renderer.ts";

/** What is rendered where nobody tells a version. */
const NEWEST: Version = [1, 30, 0];

/** Nothing before is rendered: since then the mark is taken off again after masquerading. */
const OLDEST: Version = [1, 19, 0];

/** KUBE-IPTABLES-HINT, by which others find out which iptables the node uses. */
const HINT: Version = [1, 24, 0];

/** Feature gate IPTablesOwnershipCleanup: on unless it is turned off, then locked. */
const CLEANUP: Version = [1, 27, 0];
const CLEANUP_LOCKED: Version = [1, 28, 0];

/** kubelet makes sure of its rules, one by one, and makes no chain anew: pkg/kubelet/kubelet_network_linux.go. */
export const kubelet: Renderer = {
  isWanted: ({ kubelet, nodes }) => kubelet !== null || nodes.some(({ kubeletVersion }) => kubeletVersion !== null),
  marks(state, node) {
    const config = state.kubelet ?? defaultKubeletConfiguration;
    if (!config.makeIPTablesUtilChains || isCleanedUp(config, node.versionOf("kubelet") ?? NEWEST)) return [];
    const object = state.kubelet;
    return [
      { field: "iptablesMasqueradeBit", bits: 1 << config.iptablesMasqueradeBit, purpose: "masquerade", object },
      { field: "iptablesDropBit", bits: 1 << config.iptablesDropBit, purpose: "drop", object },
    ];
  },
  write(state, node) {
    const faulty = faultyConfiguration("KubeletConfiguration", "kubelet", state.kubelet, state.faultyKinds);
    if (faulty !== null) return [faulty];
    const config = state.kubelet ?? defaultKubeletConfiguration;
    const version = node.versionOf("kubelet") ?? NEWEST;
    if (!isAtLeast(version, OLDEST)) {
      const params = { owner: "kubelet", version: version.join("."), versions: `≥ ${OLDEST.join(".")}` };
      return [renderProblem("render-version", params, "kubelet")];
    }
    if (!config.makeIPTablesUtilChains) return [];
    for (const family of ["ip", "ip6"] as const) writeFamily(family, config, version, node);
    return [];
  },
};

function writeFamily(family: Family, config: KubeletConfiguration, version: Version, node: NodeDraft): void {
  if (!isCleanedUp(config, version)) writeMarks(family, config, node);
  // IPv6 has no such addresses.
  else if (family === "ip") writeGuard(node);
  if (isAtLeast(version, HINT)) node.table(family, "mangle").declare("KUBE-IPTABLES-HINT");
  for (const table of ["mangle", "nat", "filter"] as const) node.table(family, table).declare("KUBE-KUBELET-CANARY");
}

function isCleanedUp({ ownershipCleanup }: KubeletConfiguration, version: Version): boolean {
  return isAtLeast(version, CLEANUP_LOCKED) || (ownershipCleanup ?? isAtLeast(version, CLEANUP));
}

function writeGuard(node: NodeDraft): void {
  const filter = node.table("ip", "filter");
  filter.declare("KUBE-FIREWALL");
  for (const base of ["OUTPUT", "INPUT"]) filter.ensure(base, { target: jump("KUBE-FIREWALL") });
  filter.ensure("KUBE-FIREWALL", LOOPBACK_GUARD, "end");
}

/** Until the rules of marks became kube-proxy's own. */
function writeMarks(family: Family, config: KubeletConfiguration, node: NodeDraft): void {
  const [nat, filter] = [node.table(family, "nat"), node.table(family, "filter")];
  const comment = (text: string): ReturnType<typeof match> => match(family, "comment", { comment: text });
  const drop = bitMark(config.iptablesDropBit);
  nat.ensure("KUBE-MARK-DROP", marking(family, config.iptablesDropBit), "end");
  const isMarked = match(family, "mark", { mark: `${drop}/${drop}` });
  const matches = [comment("kubernetes firewall for dropping marked packets"), isMarked];
  filter.ensure("KUBE-FIREWALL", { matches, target: DROP }, "end");
  if (family === "ip") filter.ensure("KUBE-FIREWALL", LOOPBACK_GUARD, "end");
  for (const base of ["OUTPUT", "INPUT"]) filter.ensure(base, { target: jump("KUBE-FIREWALL") });
  nat.ensure("KUBE-MARK-MASQ", marking(family, config.iptablesMasqueradeBit), "end");
  const toPostrouting = [comment("kubernetes postrouting rules")];
  nat.ensure("POSTROUTING", { matches: toPostrouting, target: jump("KUBE-POSTROUTING") });
  const randomFully = node.facts?.randomFully ?? true;
  for (const rule of masquerading(family, config.iptablesMasqueradeBit, randomFully)) {
    nat.ensure("KUBE-POSTROUTING", rule, "end");
  }
}
