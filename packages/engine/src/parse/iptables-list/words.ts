import type { Family } from "../../base/address.ts";
import type { Verbatim } from "../../model/ruleset.ts";
import { findTarget } from "../../ext/xt/registry.ts";
import { listedMatches } from "./matches.ts";
import { findAt, skipBlanks } from "../pattern.ts";
import type { Found } from "../pattern.ts";
import { listedTarget } from "./targets.ts";

/** What the words behind a rule's columns say. */
export interface Wording {
  /** Matches and target as iptables-save spells them, a blank before each. */
  readonly saved: string;
  readonly lost: readonly Verbatim[];
  readonly target: Verbatim | null;
}

const VERDICTS: ReadonlySet<string> = new Set(["ACCEPT", "DROP", "RETURN"]);

/** What the words have told so far. */
interface Draft {
  readonly saved: string[];
  readonly lost: Verbatim[];
  /** `-j ACCEPT`; null: not told yet. */
  action: string | null;
}

/** Reads the words behind the columns; `target` is what stands in the target column, "" where nothing does. */
export function readWords(words: string, target: string, family: Family): Wording {
  const goto = /^\[goto\]\s*/.exec(words)?.[0] ?? "";
  const text = words.slice(goto.length);
  // An extension, whose words tell what it does; a verdict or a chain says all by its name.
  const own = !VERDICTS.has(target) && findTarget(target, family) !== null;
  const action = own ? null : target === "" ? "" : `${goto === "" ? "-j" : "-g"} ${target}`;
  const draft: Draft = { saved: [], lost: [], action };
  for (let at = skipBlanks(text, 0); at < text.length; at = skipBlanks(text, at))
    at = readPart(draft, text, at, target);
  if (draft.action === null && draft.lost.length === 0) draft.action = actionAt(target, "", 0)?.saved ?? null;
  const parts = [...draft.saved, draft.action ?? ""].filter((part) => part !== "");
  return {
    saved: parts.map((part) => ` ${part}`).join(""),
    lost: draft.lost,
    target: draft.action === null ? { kind: "verbatim", name: target, text: "", lost: "words" } : null,
  };
}

/** Reads what stands at `at`; gives the place behind it. What nobody reads is kept up to its end, or to that of the words. */
function readPart(draft: Draft, text: string, at: number, target: string): number {
  const match = findAt(listedMatches, text, at);
  const action = match === null && draft.action === null ? actionAt(target, text, at) : null;
  const found = match ?? action;
  const isRead = found !== null && found.end > at;
  if (isRead && found.saved !== null) {
    if (action === null) draft.saved.push(found.saved);
    else draft.action = found.saved;
    return found.end;
  }
  const end = isRead ? found.end : text.length;
  draft.lost.push({ kind: "verbatim", name: "", text: text.slice(at, end).trimEnd(), lost: "words" });
  return end;
}

function actionAt(target: string, text: string, at: number): Found | null {
  const table = listedTarget(target);
  return table === null ? null : findAt(table, text, at);
}
