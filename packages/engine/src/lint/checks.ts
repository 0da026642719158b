import { bridgeNfCallOff } from "./checks/bridge-nf-call-off.ts";
import { calicoHash } from "./checks/calico-hash.ts";
import { conntrackInactiveNat } from "./checks/conntrack-inactive-nat.ts";
import { conntrackNearlyFull } from "./checks/conntrack-nearly-full.ts";
import { contradictoryMatch } from "./checks/contradictory-match.ts";
import { deadByCounters } from "./checks/dead-by-counters.ts";
import { duplicateIpRule } from "./checks/duplicate-ip-rule.ts";
import { duplicateRule } from "./checks/duplicate-rule.ts";
import { eniWithoutNumber } from "./checks/eni-without-number.ts";
import { feederMissing } from "./checks/feeder-missing.ts";
import { feederOutOfOrder } from "./checks/feeder-out-of-order.ts";
import { foreignRuleBeforeFeeder } from "./checks/foreign-rule-before-feeder.ts";
import { forwardingOff } from "./checks/forwarding-off.ts";
import { inputInterfaceInOutput } from "./checks/input-interface-in-output.ts";
import { invalidDroppedInRaw } from "./checks/invalid-dropped-in-raw.ts";
import { leftoversOfRemovedCni } from "./checks/leftovers-of-removed-cni.ts";
import { markConflict } from "./checks/mark-conflict.ts";
import { markNeverRead } from "./checks/mark-never-read.ts";
import { markNeverWritten } from "./checks/mark-never-written.ts";
import { masqueradeCoversPodRange } from "./checks/masquerade-covers-pod-range.ts";
import { missingJumpTarget } from "./checks/missing-jump-target.ts";
import { natAfterAccept } from "./checks/nat-after-accept.ts";
import { orphanChain } from "./checks/orphan-chain.ts";
import { outputInterfaceBeforeRouting } from "./checks/output-interface-before-routing.ts";
import { policyDropWithCni } from "./checks/policy-drop-with-cni.ts";
import { redundantRule } from "./checks/redundant-rule.ts";
import { routeTableWithoutDefault } from "./checks/route-table-without-default.ts";
import { rpFilterAsymmetric } from "./checks/rp-filter-asymmetric.ts";
import { ruleToEmptyTable } from "./checks/rule-to-empty-table.ts";
import { ruleUnreachable } from "./checks/rule-unreachable.ts";
import { serviceAddressWithoutBackend } from "./checks/service-address-without-backend.ts";
import { setEmpty } from "./checks/set-empty.ts";
import { setMissing } from "./checks/set-missing.ts";
import { setNearlyFull } from "./checks/set-nearly-full.ts";
import { setUnused } from "./checks/set-unused.ts";
import { setWrongDimensions } from "./checks/set-wrong-dimensions.ts";
import { setWrongFamily } from "./checks/set-wrong-family.ts";
import { shadowedRule } from "./checks/shadowed-rule.ts";
import { socketMatchMissing } from "./checks/socket-match-missing.ts";
import { tproxyTableEmpty } from "./checks/tproxy-table-empty.ts";
import { tproxyWithoutListener } from "./checks/tproxy-without-listener.ts";
import { tproxyWithoutRule } from "./checks/tproxy-without-rule.ts";
import { truncatedDump } from "./checks/truncated-dump.ts";
import { twoBackends } from "./checks/two-backends.ts";
import { unreachableRule } from "./checks/unreachable-rule.ts";
import { versionSkewedDump } from "./checks/version-skewed-dump.ts";
import { viewInverted } from "./checks/view-inverted.ts";
import { viewLostMatch } from "./checks/view-lost-match.ts";
import { wholeMarkOverwrite } from "./checks/whole-mark-overwrite.ts";
import type { Check } from "./finding.ts";

/** Every check, in the order in which findings of one severity are listed. */
export const lintChecks: readonly Check[] = [
  versionSkewedDump,
  truncatedDump,
  twoBackends,
  viewInverted,
  viewLostMatch,
  calicoHash,
  contradictoryMatch,
  shadowedRule,
  unreachableRule,
  invalidDroppedInRaw,
  missingJumpTarget,
  feederMissing,
  feederOutOfOrder,
  foreignRuleBeforeFeeder,
  conntrackInactiveNat,
  natAfterAccept,
  duplicateRule,
  redundantRule,
  outputInterfaceBeforeRouting,
  inputInterfaceInOutput,
  orphanChain,
  deadByCounters,
  socketMatchMissing,
  tproxyWithoutRule,
  tproxyTableEmpty,
  tproxyWithoutListener,
  setMissing,
  setWrongFamily,
  setWrongDimensions,
  setNearlyFull,
  setEmpty,
  setUnused,
  forwardingOff,
  policyDropWithCni,
  rpFilterAsymmetric,
  masqueradeCoversPodRange,
  bridgeNfCallOff,
  conntrackNearlyFull,
  serviceAddressWithoutBackend,
  ruleUnreachable,
  ruleToEmptyTable,
  routeTableWithoutDefault,
  duplicateIpRule,
  leftoversOfRemovedCni,
  eniWithoutNumber,
  markNeverRead,
  markNeverWritten,
  markConflict,
  wholeMarkOverwrite,
];
