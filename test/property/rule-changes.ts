/** What somebody may do to one rule of a dump, or to one element of a set. */

/** Each turn may do it otherwise. */
type Edit = (line: string, turn: number) => string;
/** Of the rules of a chain, to the one at this place. */
type Move = (rules: readonly string[], at: number) => readonly string[];

/** How rules are written. */
export interface RuleText {
  /** Of a rule the chain, where its line says so: rules of one stand together. Null: the line is no rule. */
  readonly chainOf: (line: string) => string | null;
  /** Elements of sets and maps: lines that cannot go nor change places. */
  readonly isElement: (line: string) => boolean;
  readonly edits: Readonly<Record<string, Edit>>;
}

const MOVES: Readonly<Record<string, Move>> = {
  "delete it": (rules, at) => rules.toSpliced(at, 1),
  "swap it with the next": (rules, at) => [
    ...rules.slice(0, at),
    ...rules.slice(at, at + 2).toReversed(),
    ...rules.slice(at + 2),
  ],
  "move it to the front": (rules, at) => [...rules.slice(at, at + 1), ...rules.toSpliced(at, 1)],
};

/** As `iptables-save` prints rules. */
export const IPTABLES_TEXT: RuleText = {
  chainOf: (line) => /^-A (\S+)/.exec(line)?.[1] ?? null,
  isElement: () => false,
  edits: {
    "drop what it accepts": (line) => line.replace(/-j (ACCEPT|RETURN)/, "-j DROP"),
    "accept what it drops": (line) => line.replace(/-j DROP/, "-j ACCEPT"),
    "negate its match": (line) => line.replace(/(?<!! )(-[sdio] |--(?:mark|ctstate|dst-type|dports?) )/, "! $1"),
    "change a port": (line, turn) => line.replace(/(ports? )(\d+)/, otherNumber(PORT_STEPS, turn)),
    "change a mark": (line, turn) => line.replace(/(mark )0x[0-9a-f]+/, `$1${oneOf(MARKS, turn)}`),
    "change a mask": (line, turn) => line.replace(/(0x[0-9a-f]+\/)0x[0-9a-f]+/, `$1${oneOf(MASKS, turn)}`),
    "ask for a network": (line, turn) => line.replace(/^(-A \S+) (?!.*-s )/, `$1 -s ${oneOf(NETS.iptables, turn)} `),
    "ask for a protocol": (line, turn) => line.replace(/^(-A \S+) (?!.*-p )/, `$1 -p ${oneOf(PROTOCOLS, turn)} `),
  },
};

/** As `nft list ruleset` prints tables of IPv4. */
export const NFT_TEXT: RuleText = {
  chainOf: (line) => (/^\t\t(?!(?:type|comment|elements|flags|size|timeout)\b|\s)/.test(line) ? "" : null),
  isElement: (line) => /^\t\t(?:elements = |\s)/.test(line),
  edits: {
    "drop what it accepts": (line) => line.replace(/\b(accept|return)(?= comment|$)/, "drop"),
    "accept what it drops": (line) => line.replace(/\b(drop|reject)(?= comment|,| }|$)/, "accept"),
    "negate its match": (line) => line.replace(NEGATABLE, "$1!= "),
    "negate its test": (line) => line.replace(/ == (?=0x)/, " != "),
    "change a port": (line, turn) =>
      line.replace(/(dport |\.\d+:| (?:tcp|udp) \. )(\d+)/, otherNumber(PORT_STEPS, turn)),
    "change a mark": (line, turn) => line.replace(/([|^] |== )0x(?!00000000)[0-9a-f]+/, `$1${oneOf(MARKS, turn)}`),
    "change a mask": (line, turn) => line.replace(/(mark & )0x[0-9a-f]+/, `$1${oneOf(MASKS, turn)}`),
    "change an address": (line, turn) => line.replace(/(\d+\.\d+\.\d+\.)(\d+)/, otherNumber(ADDRESS_STEPS, turn)),
    "ask for a network": (line, turn) =>
      line.replace(/^\t\t(?=[a-z])(?!elements|.*saddr)/, `$&ip saddr ${oneOf(NETS.nft, turn)} `),
    "ask for a protocol": (line, turn) =>
      line.replace(/^\t\t(?=[a-z])(?!elements|.*(?:l4proto|[sd]port))/, `$&meta l4proto ${oneOf(PROTOCOLS, turn)} `),
  },
};

/** A field with one value behind it, which is not negated yet. */
const NEGATABLE = /((?<!fib )\b(?:[sd]addr|[io]ifname|[ds]port|ct status|ct state) )(?!\. )(?=[^\s!]+ (?!\.))(?!vmap)/;

const MARKS = ["0x08000000", "0x00004000", "0x00010000"];
const MASKS = ["0xffffffff", "0xffff0000", "0x0000ffff"];
const NETS = { iptables: ["192.168.8.0/25", "10.10.1.8/29"], nft: ["10.244.1.0/29", "192.0.2.0/28"] };
const PROTOCOLS = ["udp", "tcp"];
const PORT_STEPS = [1, -1, 255];
const ADDRESS_STEPS = [1, 2, 8];
/** As often as one change can be made in different ways. */
const TURNS = 3;

function oneOf(values: readonly string[], turn: number): string {
  return values[turn % values.length] ?? "";
}

function otherNumber(steps: readonly number[], turn: number): (_: string, words: string, number: string) => string {
  return (_, words, number) => words + String(Number(number) + (steps[turn % steps.length] ?? 0));
}

/** The names of the changes that there are. */
export function kindsOf({ edits }: RuleText): readonly string[] {
  return [...Object.keys(MOVES), ...Object.keys(edits)];
}

/** The rules with one of them changed; null: the change does not apply to it. */
export function mutated(rules: RuleText, text: string, at: number, kind: string): string | null {
  const lines = text.split("\n");
  const places = placesIn(rules, lines);
  const index = places[at % places.length] ?? 0;
  const [first, behind] = chainAround(rules, lines, index);
  const chain = lines.slice(first, behind);
  const edit = rules.edits[kind];
  const changed =
    edit === undefined
      ? (MOVES[kind]?.(chain, index - first) ?? chain)
      : chain.with(index - first, edit(lines[index] ?? "", Math.floor(at / places.length)));
  const result = lines.toSpliced(first, behind - first, ...changed).join("\n");
  return result === text || (edit === undefined && rules.isElement(lines[index] ?? "")) ? null : result;
}

/** Every change that applies anywhere: its kind, and the texts that it makes. */
export function changesOf(rules: RuleText, text: string): ReadonlyMap<string, readonly string[]> {
  const count = placesIn(rules, text.split("\n")).length * TURNS;
  const all = Array.from({ length: count }, (_, at) => at);
  const textsOf = (kind: string): Iterable<string> =>
    new Set(all.map((at) => mutated(rules, text, at, kind)).filter((changed) => changed !== null));
  return new Map(kindsOf(rules).map((kind) => [kind, [...textsOf(kind)]]));
}

/** What one change did to the text: the lines that are on one side alone. */
export function changedLines(before: string, after: string): readonly string[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const start = old.findIndex((line, at) => line !== now[at]);
  const end = old.toReversed().findIndex((line, at) => line !== now.at(-1 - at));
  return [old, now].flatMap((lines) => lines.slice(start, Math.max(start, lines.length - end)));
}

function placesIn({ chainOf, isElement }: RuleText, lines: readonly string[]): readonly number[] {
  return lines.flatMap((line, index) => (chainOf(line) !== null || isElement(line) ? [index] : []));
}

/** The first line of a rule's chain, and that behind it. */
function chainAround({ chainOf }: RuleText, lines: readonly string[], index: number): readonly [number, number] {
  const chain = chainOf(lines[index] ?? "");
  if (chain === null) return [index, index + 1];
  let [first, behind] = [index, index + 1];
  while (first > 0 && chainOf(lines[first - 1] ?? "") === chain) first--;
  while (behind < lines.length && chainOf(lines[behind] ?? "") === chain) behind++;
  return [first, behind];
}
