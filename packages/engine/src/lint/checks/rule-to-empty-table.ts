import type { Check } from "../finding.ts";
import { lineAt, routingRuleLine } from "../lines.ts";
import { ownTableOf, routeTables } from "../route-tables.ts";

const NAME = "rule-to-empty-table";

/** Routing rules whose table has no route: the kernel asks the next rule as if they were not there (case routing/throw-and-empty-tables-go-on). */
export const ruleToEmptyTable: Check = {
  name: NAME,
  severities: ["warning"],
  example: ["ip-rule.txt:2  111: from 10.0.0.2 lookup 11"],
  run: ({ snapshot }) =>
    routeTables(snapshot).flatMap((tables) =>
      tables.rules.flatMap((rule) => {
        const table = ownTableOf(rule);
        if (table === null || tables.of(table)?.length !== 0) return [];
        return [
          {
            check: NAME,
            severity: "warning",
            message: "rule-to-empty-table",
            params: { table },
            where: lineAt(rule.span, tables.family),
            related: [routingRuleLine(rule)],
            witness: null,
          },
        ];
      }),
    ),
};
