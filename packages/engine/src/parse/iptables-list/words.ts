import type { Family } from "../../base/address.ts";
import type { Verbatim } from "../../model/ruleset.ts";
import { findTarget } from "../../ext/xt/registry.ts";
import { listedMatches } from "./matches.ts";
import { findAt, skipBlanks } from "../pattern.ts";
import { listedTarget } from "./targets.ts";

/** What the words behind a rule's columns say. */
export interface Wording {
  /** Matches and target as iptables-save spells them, a blank before each. */
  readonly saved: string;
  readonly lost: readonly Verbatim[];
  readonly target: Verbatim | null;
}

const VERDICTS: ReadonlySet<string> = new Set(["ACCEPT", "DROP", "RETURN"]);

/** Reads the words behind the columns; `target` is what stands in the target column, "" where nothing does. */
export function readWords(words: string, target: string, family: Family): Wording {
  const goto = /^\[goto\]\s*/.exec(words);
  const text = goto === null ? words : words.slice(goto[0].length);
  const own = target !== "" && !VERDICTS.has(target) && findTarget(target, family) !== null;
  const saved: string[] = [];
  const lost: Verbatim[] = [];
  let action = own || target === "" ? null : ` ${goto === null ? "-j" : "-g"} ${target}`;
  let at = skipBlanks(text, 0);
  while (at < text.length) {
    const match = findAt(listedMatches, text, at);
    const verb = match === null && own && action === null ? actionAt(target, text, at) : null;
    const found = match ?? verb;
    if (found === null || found.end === at) {
      lost.push({ kind: "verbatim", name: "", text: text.slice(at).trimEnd(), lost: "words" });
      break;
    }
    if (verb !== null && found.saved !== null) action = ` ${found.saved}`;
    else if (found.saved !== null) saved.push(` ${found.saved}`);
    else lost.push({ kind: "verbatim", name: "", text: text.slice(at, found.end), lost: "words" });
    at = skipBlanks(text, found.end);
  }
  if (own && action === null && lost.length === 0) action = actionAt(target, "", 0)?.saved ?? null;
  const isUntold = own && action === null;
  return {
    saved: saved.join("") + (action === null || isUntold ? "" : action.startsWith(" ") ? action : ` ${action}`),
    lost,
    target: isUntold ? { kind: "verbatim", name: target, text: "", lost: "words" } : null,
  };
}

function actionAt(
  target: string,
  text: string,
  at: number,
): { readonly saved: string | null; readonly end: number } | null {
  const table = listedTarget(target);
  return table === null ? null : findAt(table, text, at);
}
