import { VERDICTS } from "../../ext/nft/vocabulary.ts";
import type { NftStatement } from "../../model/nft.ts";
import { startsExpression } from "./heads.ts";
import type { Reader } from "./reader.ts";
import { advance, endOfLine } from "./scanner.ts";
import type { Scanner } from "./scanner.ts";

/*
 * Before 1.0.6 nft printed an iptables extension that it could not say itself as the extension's own words behind `#`, in
 * the middle of the rule: `# match-set X dst counter packets 3 bytes 180 accept`. Nothing but what follows tells where the
 * words end, and nothing but what they are tells them from a comment.
 */

/** Words that the printing functions of extensions start with, where iptables-nft made the rule. */
const FIRST_WORDS = /^#\s*(match-set|socket|TPROXY|xt_\w+)(\s|$)/;

/** iptables-nft gives each of its rules a counter, and nft prints it with both numbers, but for `nft -s`. */
const COUNTER = / counter( |$)/;
const COUNTED = / counter packets \d+ bytes \d+( |$)/;

/** What a rule says last. */
const LAST_STATEMENT = /(^|\s)(accept|drop|return|continue|notrack|(jump|goto) \S+)\s*$/;

/** Hostile lines have no length limit; this much of one is looked at. */
const LOOKED_AT = 2000;

/** Whether `#` here starts words of an extension rather than a comment. */
export function startsXtWords({ text, at, nextLineStart }: Scanner): boolean {
  const rest = text.slice(at, Math.min(endOfLine(text, at), at + LOOKED_AT));
  if (rest.startsWith("# handle ")) return false;
  const before = text.slice(Math.max(nextLineStart, at - LOOKED_AT), at);
  if (LAST_STATEMENT.test(before)) return false;
  if (FIRST_WORDS.test(rest)) return COUNTER.test(before + rest);
  // A rule that somebody commented out starts with a statement of nft; words of an extension do not.
  const [first = "", second = ""] = rest.slice(1).trim().split(/\s+/, 2);
  return first !== "" && !startsStatement(first, second) && COUNTED.test(before.trim() === "" ? rest : before + rest);
}

/** `# WORDS …`, up to the next statement of nft. The current token is the `#`. */
export function readXtWords({ scanner }: Reader): NftStatement {
  const end = endOfLine(scanner.text, scanner.start);
  const words = [...scanner.text.slice(scanner.start + 1, end).matchAll(/\S+/g)];
  let count = 1;
  while (count < words.length && !endsWords(words[count]?.[0] ?? "", words[count + 1]?.[0] ?? "")) count++;
  const [from, next] = [words[0], words[count]];
  scanner.at = next === undefined ? end : scanner.start + 1 + next.index;
  const last = words[count - 1];
  advance(scanner);
  if (from === undefined || last === undefined) return { kind: "xt", type: null, name: null, text: "" };
  const text = words
    .slice(0, count)
    .map(([word]) => word)
    .join(" ");
  const name = /^xt_(\w+)$/.exec(text)?.[1];
  return name === undefined
    ? { kind: "xt", type: null, name: null, text }
    : { kind: "xt", type: null, name, text: null };
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
