import { selectTables } from "@hookwalk/engine";
import type { ExplainSelection, Family, Snapshot, Speaker } from "@hookwalk/engine";
import { usageError } from "../errors.ts";
import { checkNames, unknownName } from "./known-names.ts";

const MAX_MARK = 0xffff_ffff;

/**
 * What the words behind the command name: `TABLE[/CHAIN[/N]]` with `ip6/` before it, `set[/NAME]`, `ip-rule[/PRIORITY]`,
 * `mark[/VALUE]`; blanks do for slashes. Throws where there is no such thing, and says what there is.
 */
export function explainSelection(
  words: readonly string[],
  family: Family | null,
  snapshot: Snapshot,
  say: Speaker,
): ExplainSelection {
  const path = words.join("/").replace(/^\/+|\/+$/g, "");
  const [first, rest] = splitOnce(path);
  if (first === "ip" || first === "ip6") return explainPath(rest ?? "", first, snapshot, say);
  return explainPath(path, family, snapshot, say);
}

function splitOnce(path: string): readonly [first: string, rest: string | null] {
  const slash = path.indexOf("/");
  return slash < 0 ? [path, null] : [path.slice(0, slash), path.slice(slash + 1)];
}

function explainPath(path: string, family: Family | null, snapshot: Snapshot, say: Speaker): ExplainSelection {
  const [first, rest] = splitOnce(path);
  switch (first) {
    case "":
      return family === null ? { kind: "all" } : ruleSelection(null, null, family, snapshot, say);
    case "set":
      return { kind: "set", name: rest === null ? null : knownSet(rest, snapshot, say) };
    case "ip-rule":
      return { kind: "routing-rule", family, priority: rest === null ? null : priority(rest, family, snapshot, say) };
    case "mark":
      return { kind: "mark", mark: rest === null ? null : parseMark(rest, say) };
    default:
      return ruleSelection(first, rest, family, snapshot, say);
  }
}

/** `0x200`, `512`. */
export function parseMark(text: string, say: Speaker): number {
  const mark = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : Number.NaN;
  if (mark <= MAX_MARK) return mark;
  throw usageError(say.commandLine("bad-mark", { value: text }), say.commandLine("bad-mark-hint"));
}

function knownSet(name: string, { sets }: Snapshot, say: Speaker): string {
  const names = (sets ?? []).map((set) => set.name);
  if (sets === null || names.includes(name)) return name;
  throw unknownName(say.commandLine("no-set", { name }), name, names, say);
}

function priority(text: string, family: Family | null, snapshot: Snapshot, say: Speaker): number {
  const known = (["ip", "ip6"] as const)
    .filter((one) => family === null || one === family)
    .flatMap((one) => snapshot.rules[one] ?? [])
    .map((rule) => String(rule.priority));
  if (known.includes(text)) return Number(text);
  throw unknownName(say.commandLine("no-routing-rule", { name: text }), text, known, say);
}

/** A chain's own name may hold slashes and end in a number (`cali-pi-shop/knp.default.web`): what is there decides. */
function ruleSelection(
  table: string | null,
  rest: string | null,
  family: Family | null,
  snapshot: Snapshot,
  say: Speaker,
): ExplainSelection {
  const isChain = rest !== null && selectTables(snapshot, { family, table, chain: rest }).length > 0;
  const [, before, digits] = (isChain || rest === null ? null : /^(.+)\/(\d{1,9})$/.exec(rest)) ?? [];
  const chain = before ?? rest;
  checkNames(snapshot, { family, table, chain }, say);
  if (digits === undefined) return { kind: "rules", family, table, chain, rule: null };
  const rule = Number(digits);
  const sizes = selectTables(snapshot, { family, table, chain }).flatMap(({ chains }) =>
    chains.map(({ rules }) => rules.length),
  );
  const most = sizes.reduce((a, b) => Math.max(a, b), 0);
  if (rule >= 1 && rule <= most) return { kind: "rules", family, table, chain, rule };
  const name = `${table ?? ""}/${chain ?? ""}`;
  throw usageError(
    say.commandLine("no-rule", { chain: name, number: digits }),
    say.commandLine("rules-up-to", { most }),
  );
}
