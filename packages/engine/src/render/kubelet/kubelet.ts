import type { Family } from "../../base/address.ts";
import { familyOf } from "../../base/address.ts";
import { defaultKubeletConfiguration } from "../../desired/kubelet-configuration.ts";
import type { KubeletConfiguration } from "../../desired/kubelet-configuration.ts";
import { bitMark, LOOPBACK_GUARD, marking, masquerading } from "../iptables/kube-rules.ts";
import { DROP, jump, match } from "../iptables/spec.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import type { Version } from "../node/version.ts";
import { isAtLeast, placeOfVersion } from "../node/version.ts";
import { faultyConfiguration, versionProblem } from "../problem.ts";
import type { Renderer } from "../renderer.ts";

/** What is rendered where nobody tells a version. */
const NEWEST: Version = [1, 30, 0];

/** Nothing before is rendered: since then the mark is taken off again after masquerading. */
const OLDEST: Version = [1, 19, 0];

/** Feature gate IPv6DualStack, then locked: rules of both families, where before there were those of the node's own (https://github.com/kubernetes/kubernetes/pull/94474). */
const DUAL_STACK_GATE: Version = [1, 20, 0];
const DUAL_STACK: Version = [1, 21, 0];
const DUAL_STACK_LOCKED: Version = [1, 23, 0];

/** KUBE-IPTABLES-HINT, by which others find out which iptables the node uses. */
const HINT: Version = [1, 24, 0];

/** The guard comes first, and is all that base chains jump to KUBE-FIREWALL for: https://github.com/kubernetes/kubernetes/pull/110291. */
const GUARD_FIRST: Version = [1, 25, 0];

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
    const faulty = faultyConfiguration("KubeletConfiguration", "kubelet", state.kubelet, state);
    if (faulty !== null) return [faulty];
    const config = state.kubelet ?? defaultKubeletConfiguration;
    const version = node.versionOf("kubelet") ?? NEWEST;
    if (!isAtLeast(version, OLDEST)) {
      return [
        versionProblem("kubelet", version, `≥ ${OLDEST.join(".")}`, placeOfVersion("kubelet", node, state.spanOf)),
      ];
    }
    if (!config.makeIPTablesUtilChains) return [];
    for (const family of familiesOf(config, version, node)) writeFamily(family, config, version, node);
    return [];
  },
};

function familiesOf({ dualStack }: KubeletConfiguration, version: Version, { node }: NodeDraft): readonly Family[] {
  const isGated = isAtLeast(version, DUAL_STACK_GATE);
  const isDual = isAtLeast(version, DUAL_STACK_LOCKED) || (isGated && (dualStack ?? isAtLeast(version, DUAL_STACK)));
  const [own] = node?.addresses ?? [];
  return isDual ? ["ip", "ip6"] : [own === undefined ? "ip" : familyOf(own)];
}

function writeFamily(family: Family, config: KubeletConfiguration, version: Version, node: NodeDraft): void {
  const hasMarks = !isCleanedUp(config, version);
  if (isAtLeast(version, GUARD_FIRST)) {
    // IPv6 has no such addresses.
    if (family === "ip") writeFirewall(family, node);
    if (hasMarks) writeMarks(family, config, node);
  } else {
    if (hasMarks) writeMarks(family, config, node);
    writeFirewall(family, node);
  }
  if (isAtLeast(version, HINT)) node.table(family, "mangle").declare("KUBE-IPTABLES-HINT");
  for (const table of ["mangle", "nat", "filter"] as const) node.table(family, table).declare("KUBE-KUBELET-CANARY");
}

function isCleanedUp({ ownershipCleanup }: KubeletConfiguration, version: Version): boolean {
  return isAtLeast(version, CLEANUP_LOCKED) || (ownershipCleanup ?? isAtLeast(version, CLEANUP));
}

function writeFirewall(family: Family, node: NodeDraft): void {
  const filter = node.table(family, "filter");
  filter.declare("KUBE-FIREWALL");
  for (const base of ["OUTPUT", "INPUT"]) filter.ensure(base, { target: jump("KUBE-FIREWALL") });
  if (family === "ip") filter.ensure("KUBE-FIREWALL", LOOPBACK_GUARD, "end");
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
  nat.ensure("KUBE-MARK-MASQ", marking(family, config.iptablesMasqueradeBit), "end");
  const toPostrouting = [comment("kubernetes postrouting rules")];
  nat.ensure("POSTROUTING", { matches: toPostrouting, target: jump("KUBE-POSTROUTING") });
  const randomFully = node.facts?.randomFully ?? true;
  for (const rule of masquerading(family, config.iptablesMasqueradeBit, randomFully)) {
    nat.ensure("KUBE-POSTROUTING", rule, "end");
  }
}
