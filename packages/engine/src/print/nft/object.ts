import type { NftObject } from "../../model/nft.ts";
import { unitOf } from "../../ext/nft/bytes.ts";
import { printQuota, printRate } from "./expression.ts";
import type { NftPrintOptions } from "./options.ts";

type Pairs = ReadonlyMap<string, string>;

/** The lines between the braces of each type of object. */
const LINES: ReadonlyMap<string, (pairs: Pairs, options: NftPrintOptions) => readonly string[]> = new Map([
  ["counter", counterLines],
  ["quota", quotaLines],
  ["limit", limitLines],
  ["ct helper", helperLines],
  ["ct timeout", timeoutLines],
  ["secmark", (pairs) => [`"${pairs.get("context") ?? ""}"`]],
  ["synproxy", synproxyLines],
]);

/** `counter NAME { … }`; `handle` is what stands behind the bracket. */
export function printObject(object: NftObject, handle: string, options: NftPrintOptions): string {
  const { type, name, comment } = object;
  const lines = objectLines(object, options);
  const all = comment === null ? lines : [`comment "${comment}"`, ...lines];
  return `\t${type} ${name} {${handle}\n${all.map((line) => `\t\t${line}\n`).join("")}\t}\n`;
}

/** What stands between the braces, without a comment. */
export function objectLines({ type, body }: NftObject, options: NftPrintOptions): readonly string[] {
  const pairs = new Map(body);
  return LINES.get(type)?.(pairs, options) ?? body.map(([word, value]) => `${word} ${value}`);
}

function counterLines(pairs: Pairs, { stateless }: NftPrintOptions): readonly string[] {
  const [packets, bytes] = [pairs.get("packets"), pairs.get("bytes")];
  if (stateless === true || (packets === undefined && bytes === undefined)) return [];
  return [`packets ${packets ?? "0"} bytes ${bytes ?? "0"}`];
}

function quotaLines(pairs: Pairs, options: NftPrintOptions): readonly string[] {
  const bytes = pairs.get("bytes") ?? "0";
  const over = pairs.get("inv") === "true";
  return [printQuota({ over, bytes, used: pairs.get("used") ?? null, unit: unitOf(bytes) }, options)];
}

function limitLines(pairs: Pairs): readonly string[] {
  const rate = {
    over: pairs.get("inv") === "true",
    rate: Number(pairs.get("rate")),
    unit: pairs.get("rate_unit") ?? "packets",
    per: pairs.get("per") ?? "second",
    burst: Number(pairs.get("burst") ?? 0),
    burstUnit: pairs.get("burst_unit") ?? "packets",
  };
  return [printRate(rate)];
}

function helperLines(pairs: Pairs): readonly string[] {
  return [`type "${pairs.get("type") ?? ""}" protocol ${pairs.get("protocol") ?? ""}`, ...lineOf(pairs, "l3proto")];
}

function timeoutLines(pairs: Pairs): readonly string[] {
  const policy = pairs.get("policy");
  return [
    ...lineOf(pairs, "protocol"),
    ...lineOf(pairs, "l3proto"),
    ...(policy === undefined ? [] : [`policy = { ${policy} }`]),
  ];
}

function synproxyLines(pairs: Pairs): readonly string[] {
  const flags = ["timestamp", "sack-perm"].filter((flag) => pairs.has(flag));
  return [...lineOf(pairs, "mss"), ...lineOf(pairs, "wscale"), ...(flags.length === 0 ? [] : [flags.join(" ")])];
}

function lineOf(pairs: Pairs, name: string): readonly string[] {
  const value = pairs.get(name);
  return value === undefined ? [] : [`${name} ${value}`];
}
