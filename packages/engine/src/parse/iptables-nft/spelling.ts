import type { NftElement, NftExpression, NftStatement } from "../../model/nft.ts";

/*
 * One spelling of what nft's text and JSON both say, for patterns to match: `ip saddr != 10.0.0.0/8`, `meta mark & 0xff == 0x1`,
 * `tcp dport { 22, 80-90 }`. It is nft's own where nft has one only.
 */

/** By kind, how it is spelled; what is not here no pattern could hold. */
type Spellers<Union extends { readonly kind: string }> = {
  readonly [Kind in Union["kind"]]?: (value: OfKind<Union, Kind>) => string | null;
};

/** The members of a union that can be of this kind; some stand for several. */
type OfKind<Union, Kind> = Union extends { readonly kind: infer Kinds } ? (Kind extends Kinds ? Union : never) : never;

function spell<Union extends { readonly kind: string }>(spellers: Spellers<Union>, value: Union): string | null {
  // The table's own type says that what stands under a kind takes values of that kind.
  const speller = spellers[value.kind as Union["kind"]] as ((value: Union) => string | null) | undefined;
  return speller?.(value) ?? null;
}

const EXPRESSIONS: Spellers<NftExpression> = {
  literal: ({ text, quoted }) => (quoted ? `"${text}"` : text),
  prefix: ({ address, length }) => joined([address], "", `/${String(length)}`),
  range: ({ from, to }) => joined([from, to], "-"),
  list: ({ items }) => joined(items, ","),
  concat: ({ parts }) => joined(parts, " . "),
  set: ({ elements }) => spellSet(elements),
  payload: ({ protocol, field }) => `${protocol} ${field}`,
  meta: ({ key }) => `meta ${key}`,
  ct: ({ direction, family, key }) => wordsOf("ct", direction, family, key),
  rt: ({ key }) => `rt ${key}`,
  fib: ({ flags, result }) => `fib ${flags.join(" . ")} ${result}`,
  binary: ({ left, right, op }) => joined([left, right], ` ${op} `),
  numgen: ({ mode, modulus, offset }) => `numgen ${mode} mod ${String(modulus)} offset ${String(offset)}`,
  exthdr: ({ header, field }) => `${header} ${field ?? "exists"}`,
  "tcp-option": ({ option, field }) => `tcp option ${option} ${field ?? "exists"}`,
};

function spellExpression(expression: NftExpression): string | null {
  return spell(EXPRESSIONS, expression);
}

function wordsOf(...words: readonly (string | null)[]): string {
  return words.filter((word) => word !== null && word !== "").join(" ");
}

function joined(parts: readonly NftExpression[], glue: string, behind = ""): string | null {
  const texts = parts.map(spellExpression);
  return texts.includes(null) ? null : texts.join(glue) + behind;
}

function spellSet(elements: readonly NftElement[]): string | null {
  const keys = elements.map(({ key, data }) => (data === null ? spellExpression(key) : null));
  return keys.includes(null) ? null : `{ ${keys.join(", ")} }`;
}

/** An expression that a statement may have; "" where it has none. */
function optional(expression: NftExpression | null): string | null {
  return expression === null ? "" : spellExpression(expression);
}

const STATEMENTS: Spellers<NftStatement> = {
  match: ({ op, left, right }) => {
    const isPlain = op === "in" || (op === "==" && left.kind !== "binary");
    return joined([left, right], isPlain ? " " : ` ${op} `);
  },
  mangle: ({ target, value }) => joined([target, value], " set "),
  nat: ({ type, address, port, flags }) => {
    const [to, ports] = [optional(address), optional(port)];
    if (to === null || ports === null) return null;
    const host = port !== null && to.includes(":") ? `[${to}]` : to;
    const where = address === null && port === null ? "" : `to ${host}${port === null ? "" : `:${ports}`}`;
    return wordsOf(type, where, ...flags);
  },
  limit: ({ rate }) => {
    if (rate === null) return null;
    const unit = rate.unit === "packets" ? "" : ` ${rate.unit}`;
    const speed = `${String(rate.rate)}${unit}/${rate.per}`;
    const burst = rate.burst === null ? "" : `burst ${String(rate.burst)} ${rate.burstUnit}`;
    return wordsOf("limit rate", rate.over ? "over" : "", speed, burst);
  },
  reject: ({ type, code }) => {
    const name = optional(code);
    return name === null ? null : wordsOf("reject", type, name);
  },
  log: ({ options }) => wordsOf("log", ...options.map(([name, value]) => `${name} ${value}`)),
  queue: ({ queue, flags }) => {
    const number = queue === null ? "0" : spellExpression(queue);
    return number === null ? null : wordsOf("queue", number, ...flags);
  },
  dup: ({ address, device }) => {
    const [to, oif] = [optional(address), optional(device)];
    return to === null || oif === null ? null : wordsOf("dup to", to, oif === "" ? "" : `device ${oif}`);
  },
  notrack: () => "notrack",
  jump: ({ chain }) => `jump ${chain}`,
  goto: ({ chain }) => `goto ${chain}`,
  accept: () => "accept",
  drop: () => "drop",
  return: () => "return",
};

/** A statement in one spelling; null: no pattern could hold what it says. */
export function spellStatement(statement: NftStatement): string | null {
  return spell(STATEMENTS, statement);
}
