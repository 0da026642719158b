import type { Rule } from "../model/ruleset.ts";
import type { MergedTable, TableView, ViewDifference } from "../model/views.ts";
import { printRule } from "../print/iptables-save.ts";
import type { Place, RelatedPlace, Said } from "./finding.ts";

/** A difference between listings, with the table that it is about. */
export interface Difference {
  readonly merged: MergedTable;
  readonly difference: ViewDifference;
  readonly view: TableView;
}

export function differencesOf(views: readonly MergedTable[]): readonly Difference[] {
  return views.flatMap((merged) =>
    merged.differences.flatMap((difference): readonly Difference[] => {
      const view = merged.views[difference.view];
      return view === undefined ? [] : [{ merged, difference, view }];
    }),
  );
}

/** The rule, at the line where the listing that is wrong shows it. */
export function placeOf({ merged, difference, view }: Difference): Place {
  const { family, name } = merged.table;
  const { file, line } = difference.shown ?? { file: view.table.span.file, line: view.table.span.line };
  return { family, table: name, chain: difference.chain, rule: difference.number, span: { file, line } };
}

/** The file that tells better, or whose rule it is known to be. */
export function tellerOf({ merged, difference: { told } }: Difference): string | Said {
  if (typeof told === "string") return { message: "owner", params: { owner: told } };
  return told === null ? "" : (merged.views[told]?.table.span.file ?? "");
}

/** The rule as each listing shows it, the one that is wrong first. */
export function shownIn({ merged, difference }: Difference): readonly RelatedPlace[] {
  const origin = difference.rule === null ? undefined : merged.origins.get(difference.rule);
  const shown = merged.views.flatMap((view, index): readonly (RelatedPlace & { readonly index: number })[] => {
    const rule = origin?.shown[index] ?? null;
    return rule === null ? [] : [{ index, span: { file: rule.file, line: rule.line }, text: textOf(view, rule) }];
  });
  return shown
    .toSorted((a, b) => Number(b.index === difference.view) - Number(a.index === difference.view))
    .map(({ span, text }) => ({ span, text }));
}

/** The line as the tool printed it. */
function textOf(view: TableView, rule: Rule): string {
  return view.originals.get(rule) ?? printRule(rule, view.table.family);
}
