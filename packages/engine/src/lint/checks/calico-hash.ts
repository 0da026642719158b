import type { LintMessage } from "../../messages/catalogue.ts";
import type { CalicoFinding } from "../../owners/calico/chain-check.ts";
import { restoreLine } from "../../owners/calico/rule-hash.ts";
import { calicoFindings } from "../../owners/calico/verify.ts";
import { printRule } from "../../print/iptables-save.ts";
import type { Check, Finding, FindingParams, RelatedPlace, Said, Severity } from "../finding.ts";

const NAME = "calico-hash";

/** Calico writes a hash of each rule, and of all before it, into the rule: what somebody changed since does not follow from it. */
export const calicoHash: Check = {
  name: NAME,
  severities: ["error", "warning"],
  example: [
    '-A cali-pi-namespace-default -m comment --comment "cali:K4jTheFcVvdYaw0q" -j RETURN  # the hash is that of -j DROP',
  ],
  run: ({ snapshot: { tables, sets } }) => {
    const names = sets?.map(({ name }) => name) ?? [];
    return (["ip", "ip6"] as const).flatMap((family) =>
      calicoFindings(tables[family] ?? [], printRule, names).map(findingOf),
    );
  },
};

interface Wording {
  readonly severity: Severity;
  readonly message: LintMessage;
  readonly params: FindingParams;
  /** Lines that Felix wrote and that are not there. */
  readonly gone: readonly string[];
}

function findingOf(finding: CalicoFinding): Finding {
  const { table, chain, rule, number, unverifiable } = finding;
  const { severity, message, params, gone } = wordingOf(finding);
  const span = rule === null ? chain.span : { file: rule.file, line: rule.line };
  const shown: readonly RelatedPlace[] = rule === null ? [] : [{ span, text: printRule(rule, table.family) }];
  const behind: Said | string =
    unverifiable === 0 ? "" : { message: "calico-unverifiable", params: { count: unverifiable } };
  return {
    check: NAME,
    severity,
    message,
    params: { ...params, behind, was: gone.join("; ") },
    where: {
      family: table.family,
      table: table.name,
      chain: chain.name,
      rule: number === 0 ? null : number,
      span,
    },
    related: shown,
    witness: null,
  };
}

function wordingOf(finding: CalicoFinding): Wording {
  const { rule, table } = finding;
  const hashOf = (): string => /cali:([\w-]{16})/.exec(rule === null ? "" : printRule(rule, table.family))?.[1] ?? "";
  switch (finding.kind) {
    case "edited":
      return finding.felixText === null
        ? { severity: "error", message: "calico-edited-beyond", params: {}, gone: [] }
        : {
            severity: "error",
            message: "calico-edited",
            params: {},
            gone: [restoreLine(finding.felixText, hashOf())],
          };
    case "missing":
      return finding.lost.length === 0
        ? { severity: "error", message: "calico-missing-unknown", params: {}, gone: [] }
        : {
            severity: "error",
            message: "calico-missing",
            params: { count: finding.lost.length },
            gone: finding.lost.map(({ felixText, hash }) => restoreLine(felixText, hash)),
          };
    case "truncated":
      return {
        severity: "warning",
        message: "calico-truncated",
        params: {},
        gone: [restoreLine(finding.lost.felixText, finding.lost.hash)],
      };
    case "reordered":
      return {
        severity: "error",
        message: "calico-reordered",
        params: { moved: finding.rules.join(", "), order: finding.order.join(", ") },
        gone: [],
      };
    case "relabelled":
      return { severity: "warning", message: "calico-relabelled", params: { hash: finding.hash }, gone: [] };
    case "duplicated":
      return { severity: "error", message: "calico-duplicated", params: { of: finding.of }, gone: [] };
    case "foreign":
      return { severity: "error", message: "calico-foreign", params: {}, gone: [] };
    case "unexplained":
      return { severity: "warning", message: "calico-unexplained", params: {}, gone: [] };
  }
}
