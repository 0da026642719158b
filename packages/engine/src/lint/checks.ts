import { calicoHash } from "./checks/calico-hash.ts";
import { contradictoryMatch } from "./checks/contradictory-match.ts";
import { markConflict } from "./checks/mark-conflict.ts";
import { markNeverRead } from "./checks/mark-never-read.ts";
import { markNeverWritten } from "./checks/mark-never-written.ts";
import { shadowedRule } from "./checks/shadowed-rule.ts";
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
  markNeverRead,
  markNeverWritten,
  markConflict,
  wholeMarkOverwrite,
];
