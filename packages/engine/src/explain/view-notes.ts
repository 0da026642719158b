import { phrase } from "../messages/explain/phrase.ts";
import type { Part } from "../messages/explain/phrase.ts";
import type { Misshown } from "./misshown.ts";
import type { XtPlace } from "./place.ts";
import type { Node } from "./node.ts";

/** Who has only that listing before him reads another rule. All that one listing lost of a rule is said at once. */
export function viewNotes({ rule }: XtPlace, node: Node): readonly Part[] {
  const groups = new Map<string, Misshown[]>();
  for (const one of node.misshown.get(rule) ?? []) {
    const key = `${one.difference.kind} ${String(one.difference.view)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()].flatMap(([first, ...others]) => (first === undefined ? [] : [viewNote(first, others)]));
}

function viewNote(first: Misshown, others: readonly Misshown[]): Part {
  const { merged, difference } = first;
  const { kind, shown, view, told } = difference;
  const part = [first, ...others].map((one) => one.difference.part).join(" ");
  const listing = merged.views[view]?.table.span.file ?? "";
  const file = shown === null ? listing : `${shown.file}:${String(shown.line)}`;
  if (kind === "inverted") return phrase("note-view-inverted", { file, part });
  const teller = typeof told === "number" ? merged.views[told] : undefined;
  return teller === undefined
    ? phrase("note-view-lost", { file, part })
    : phrase("note-view-lost-told", { file, part, other: teller.table.span.file });
}
