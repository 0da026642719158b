import { calicoHash } from "./checks/calico-hash.ts";
import { conntrackInactiveNat } from "./checks/conntrack-inactive-nat.ts";
import { contradictoryMatch } from "./checks/contradictory-match.ts";
import { deadByCounters } from "./checks/dead-by-counters.ts";
import { duplicateRule } from "./checks/duplicate-rule.ts";
import { feederMissing } from "./checks/feeder-missing.ts";
import { feederOutOfOrder } from "./checks/feeder-out-of-order.ts";
import { foreignRuleBeforeFeeder } from "./checks/foreign-rule-before-feeder.ts";
import { inputInterfaceInOutput } from "./checks/input-interface-in-output.ts";
import { invalidDroppedInRaw } from "./checks/invalid-dropped-in-raw.ts";
import { markConflict } from "./checks/mark-conflict.ts";
import { markNeverRead } from "./checks/mark-never-read.ts";
import { markNeverWritten } from "./checks/mark-never-written.ts";
import { missingJumpTarget } from "./checks/missing-jump-target.ts";
import { natAfterAccept } from "./checks/nat-after-accept.ts";
import { orphanChain } from "./checks/orphan-chain.ts";
import { outputInterfaceBeforeRouting } from "./checks/output-interface-before-routing.ts";
import { redundantRule } from "./checks/redundant-rule.ts";
import { shadowedRule } from "./checks/shadowed-rule.ts";
import { socketMatchMissing } from "./checks/socket-match-missing.ts";
import { truncatedDump } from "./checks/truncated-dump.ts";
import { twoBackends } from "./checks/two-backends.ts";
import { unreachableRule } from "./checks/unreachable-rule.ts";
import { versionSkewedDump } from "./checks/version-skewed-dump.ts";
import { viewInverted } from "./checks/view-inverted.ts";
import { viewLostMatch } from "./checks/view-lost-match.ts";
import { wholeMarkOverwrite } from "./checks/whole-mark-overwrite.ts";
import type { Check } from "./finding.ts";

/** Every check, in the order in which findings of one severity are listed. */
export const checks: readonly Check[] = [
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
  markNeverRead,
  markNeverWritten,
  markConflict,
  wholeMarkOverwrite,
];
