/** What somebody may do to one rule of a dump, or to one element of a set. */

/** `next` is the line behind it. */
export type Change = (line: string, next: string) => readonly string[];

/** How rules are written. */
export interface RuleText {
  readonly isRule: (line: string) => boolean;
  /** Elements of sets and maps, of which a line cannot go nor change places. */
  readonly isElement: (line: string) => boolean;
  readonly changes: Readonly<Record<string, Change>>;
}

const ANYWHERE: Readonly<Record<string, Change>> = {
  "delete it": (_, next) => [next],
  "swap it with the next": (line, next) => [next, line],
};

/** As `iptables-save` prints rules. */
export const IPTABLES_TEXT: RuleText = {
  isRule: (line) => line.startsWith("-A "),
  isElement: () => false,
  changes: {
    ...ANYWHERE,
    "drop what it accepts": (line, next) => [line.replace(/-j (ACCEPT|RETURN)/, "-j DROP"), next],
    "accept what it drops": (line, next) => [line.replace(/-j DROP/, "-j ACCEPT"), next],
    "negate its match": (line, next) => [line.replace(/(?<!! )(-[sdio] |-m mark --mark |--mark )/, negated), next],
    "change a port": (line, next) => [
      line.replace(/(ports? )(\d+)/, (_, words: string, port: string) => words + String(Number(port) + 1)),
      next,
    ],
    "change a mark": (line, next) => [
      line.replace(/(mark 0x)([0-9a-f]+)/, (_, words: string) => `${words}8000000`),
      next,
    ],
    "change a mask": (line, next) => [line.replace(/(0x[0-9a-f]+)\/0x[0-9a-f]+/, "$1/0xffffffff"), next],
    "ask for a network": (line, next) => [line.replace(/^(-A \S+) (?!.*-s )/, "$1 -s 192.168.8.0/25 "), next],
  },
};

function negated(words: string): string {
  return words.startsWith("-m mark") ? "-m mark ! --mark " : `! ${words}`;
}

/** As `nft list ruleset` prints tables of IPv4. */
export const NFT_TEXT: RuleText = {
  isRule: (line) => /^\t\t(?!(?:type|comment|elements|flags|size|timeout)\b|\s)/.test(line),
  isElement: (line) => /^\t\t(?:elements = |\s)/.test(line),
  changes: {
    ...ANYWHERE,
    "drop what it accepts": (line, next) => [line.replace(/\b(accept|return)(?= comment|$)/, "drop"), next],
    "accept what it drops": (line, next) => [line.replace(/\b(drop|reject)(?= comment|,| }|$)/, "accept"), next],
    "negate its match": (line, next) => [line.replace(NEGATABLE, "$1!= "), next],
    "negate its test": (line, next) => [line.replace(/ == (?=0x)/, " != "), next],
    "change a port": (line, next) => [
      line.replace(
        /(dport |\.\d+:| (?:tcp|udp) \. )(\d+)/,
        (_, words: string, port: string) => words + String(Number(port) + 1),
      ),
      next,
    ],
    "change a mark": (line, next) => [line.replace(/([|^] |== )0x(?!00000000)[0-9a-f]+/, "$10x08000000"), next],
    "change a mask": (line, next) => [line.replace(/(mark & )0x[0-9a-f]+/, "$10xffff0000"), next],
    "ask for a network": (line, next) => [
      line.replace(/^\t\t(?=[a-z])(?!elements|.*saddr)/, "$&ip saddr 10.244.1.0/29 "),
      next,
    ],
  },
};

/** A field with one value behind it, which is not negated yet. */
const NEGATABLE = /((?<!fib )\b(?:[sd]addr|[io]ifname|[ds]port|ct status) )(?=[^\s!]+ (?!\.))(?!vmap)/;

/** The rules with one of them changed; null: the change does not apply to it. */
export function mutated(
  { isRule, isElement, changes }: RuleText,
  text: string,
  at: number,
  name: string,
): string | null {
  const change = changes[name];
  const lines = text.split("\n");
  const places = lines.flatMap((line, index) => (isRule(line) || isElement(line) ? [index] : []));
  const index = places[at % places.length] ?? 0;
  const [line = "", next = ""] = lines.slice(index, index + 2);
  const changed = change?.(line, next) ?? [line, next];
  // The last rule of a chain has nothing to change places with, and an element is no line of its own.
  if (changed[1] === line ? !isRule(line) || !isRule(next) : changed.length < 2 && !isRule(line)) return null;
  const result = [...lines.slice(0, index), ...changed, ...lines.slice(index + 2)].join("\n");
  return result === text ? null : result;
}
