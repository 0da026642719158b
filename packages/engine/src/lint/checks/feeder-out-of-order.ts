import { feederOrders } from "../../owners/feeders.ts";
import type { FeederOrder } from "../../owners/feeders.ts";
import { printRule } from "../../print/iptables-save.ts";
import { builtIns, jumpTo } from "../feeder-places.ts";
import type { Check, Finding, Subject } from "../finding.ts";

const NAME = "feeder-out-of-order";

/** Two jumps in the wrong order: what the first chain would stop, the other has accepted before. */
export const feederOutOfOrder: Check = {
  name: NAME,
  severities: ["warning"],
  example: [
    '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
    '-A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD',
  ],
  run: (subject) => feederOrders.flatMap((order) => [...findingsOf(subject, order)]),
};

function* findingsOf(subject: Subject, { table: name, from, before, behind }: FeederOrder): Iterable<Finding> {
  for (const { family, chain } of builtIns(subject, name, from)) {
    const [first, second] = [jumpTo(chain, before), jumpTo(chain, behind)];
    if (first === null || second === null || first < second) continue;
    const shown = [second, first].flatMap((index) => chain.rules[index] ?? []);
    const [rule] = shown;
    if (rule === undefined) continue;
    const related = shown.map((one) => ({
      span: { file: one.file, line: one.line },
      text: printRule(one, family),
    }));
    yield {
      check: NAME,
      severity: "warning",
      message: "feeder-out-of-order",
      params: { before, behind },
      where: { family, table: name, chain: from, rule: second + 1, span: { file: rule.file, line: rule.line } },
      related,
      witness: null,
    };
  }
}
