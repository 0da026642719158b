import { VERDICTS } from "../../ext/nft/vocabulary.ts";
import type { NftStatement } from "../../model/nft.ts";
import { startsExpression } from "./heads.ts";
import type { Reader } from "./reader.ts";
import { advance } from "./scanner.ts";
import type { Scanner } from "./scanner.ts";

/*
 * Before 1.0.6 nft printed an iptables extension that it could not say itself as the extension's own words behind `#`, in
 * the middle of the rule: `# match-set X dst counter packets 3 bytes 180 accept`. Nothing but what follows tells where the
 * words end, and nothing but what they are tells them from a comment.
 */

/** Words that the printing functions of extensions start with, where iptables-nft made the rule. */
const FIRST_WORDS = /^#\s*(match-set|socket|TPROXY|xt_\w+)(\s|$)/;

/** iptables-nft gives each of its rules a counter, and nft prints it with both numbers, but for `nft -s`. */
const COUNTER = /\scounter( |$)/;
const COUNTED = /\scounter packets \d+ bytes \d+( |$)/;

/** What a rule says last. */
const LAST_STATEMENT = /(^|\s)(accept|drop|return|continue|notrack|(jump|goto) \S+)\s*$/;

/** Hostile lines have no length limit; this much of one is looked at. */
const LOOKED_AT = 2000;

/** Whether `#` here starts words of an extension rather than a comment. */
export function startsXtWords({ text, at, nextLineStart }: Scanner): boolean {
  const [rest = ""] = text.slice(at, at + LOOKED_AT).split("\n", 1);
  if (rest.startsWith("# handle ")) return false;
  const before = text.slice(Math.max(nextLineStart, at - LOOKED_AT), at);
  if (LAST_STATEMENT.test(before)) return false;
  if (FIRST_WORDS.test(rest)) return COUNTER.test(before + rest);
  // A rule that somebody commented out starts with a statement of nft; words of an extension do not.
  const [first = "", second = ""] = rest.slice(1).trim().split(/\s+/, 2);
  return first !== "" && !startsStatement(first, second) && COUNTED.test(before.trim() === "" ? rest : before + rest);
}

const WORD_OR_LINE_END = /[^\s]+|\n/g;

/** `# WORDS …`, up to the next statement of nft. The current token is the `#`. */
export function readXtWords({ scanner }: Reader): NftStatement {
  const { text } = scanner;
  const words: string[] = [];
  WORD_OR_LINE_END.lastIndex = scanner.start + 1;
  let found = WORD_OR_LINE_END.exec(text);
  while (found !== null && found[0] !== "\n") {
    const next = WORD_OR_LINE_END.exec(text);
    if (words.length > 0 && endsWords(found[0], next?.[0] ?? "")) break;
    words.push(found[0]);
    found = next;
  }
  scanner.at = found?.index ?? text.length;
  advance(scanner);
  const all = words.join(" ");
  const name = /^xt_(\w+)$/.exec(all)?.[1];
  return { kind: "xt", type: null, name: name ?? null, text: name === undefined ? all : null };
}

function endsWords(first: string, second: string): boolean {
  return first === "#" || startsStatement(first, second);
}

/** Second words of statements whose first word alone could be an extension's. */
const SECONDS: ReadonlyMap<string, RegExp> = new Map([
  ["counter", /^(packets|name|)$/],
  ["comment", /^"/],
  ["jump", /./],
  ["goto", /./],
  ["snat", /^(to|ip6?)$/],
  ["dnat", /^(to|ip6?)$/],
  ["redirect", /^(to|random|)$/],
  ["reject", /^(with|#|)$/],
  ["log", /^(prefix|level|group|flags|)$/],
  ["limit", /^rate$/],
  ["queue", /^(num|to|flags|)$/],
  ["dup", /^to$/],
  ["xt", /^(match|target)$/],
  ["tproxy", /^(to|ip6?)$/],
]);

const ALONE: ReadonlySet<string> = new Set([...VERDICTS, "notrack", "masquerade", "iif", "oif", "iifname", "oifname"]);

function startsStatement(first: string, second: string): boolean {
  return ALONE.has(first) || SECONDS.get(first)?.test(second) === true || startsExpression(first, second);
}
