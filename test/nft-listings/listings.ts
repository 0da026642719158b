import { readFileSync } from "node:fs";
import { parseNft, parseNftJson } from "@hookwalk/engine";
import type { NftExpression, NftSet, NftTable } from "@hookwalk/engine";

/** One ruleset as nft lists it in both forms. */
export interface Listings {
  readonly name: string;
  /** `nft -a list ruleset`. */
  readonly text: string;
  /** `nft -j list ruleset`. */
  readonly json: string;
}

const HEAD = "=== ";
const JSON_HEAD = "--- json\n";

export function printListings({ name, text, json }: Listings): string {
  return `${HEAD}${name}\n${text}${JSON_HEAD}${json}`;
}

/** What scripts/record-nft.ts wrote. */
export function readListings(): readonly Listings[] {
  const whole = readFileSync(new URL("listings.txt", import.meta.url), "utf8");
  return whole
    .split(new RegExp(`^${HEAD}`, "m"))
    .slice(1)
    .map((block) => {
      const [head = "", json = ""] = block.split(JSON_HEAD);
      const line = head.indexOf("\n");
      return { name: head.slice(0, line), text: head.slice(line + 1), json };
    });
}

/** Both listings read: what the text tells and JSON could, and what JSON tells. */
export function modelsOf({ text, json }: Listings): Record<"text" | "json", readonly unknown[]> {
  const [fromText, fromJson] = [parseNft(text, "f"), parseNftJson(json, "f")];
  const problems = [...fromText.diagnostics, ...fromJson.diagnostics];
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return { text: fromText.value.map(toldByJson), json: fromJson.value.map(toldByJson) };
}

/** Places, and seconds that go by between two listings. */
const UNSTABLE: ReadonlySet<string> = new Set(["span", "file", "line", "expires"]);

/**
 * A table without what nft 1.0.6 leaves out of JSON: comments of tables and chains, devices, `dynamic`, `auto-merge`, `typeof`,
 * that a map gives intervals, the family of addresses of `ct` in a table of one family; the flags of a table, which it spoils.
 */
function toldByJson(table: NftTable): unknown {
  const bare = {
    ...table,
    flags: table.flags.length,
    comment: null,
    sets: table.sets.map(bareSet),
    chains: table.chains.map(({ base, ...chain }) => ({
      ...chain,
      comment: null,
      base: base === null ? null : { ...base, devices: [] },
      rules: chain.rules.map((rule) => ({ ...rule, text: null })),
    })),
  };
  return withoutPlaces(bare, table.family);
}

function bareSet(set: NftSet): unknown {
  const { givesIntervals: _, ...rest } = set;
  return {
    ...rest,
    type: set.typeof === null ? set.type : typesOf(set.typeof),
    typeof: null,
    data: set.typeofData === null ? set.data : typesOf(set.typeofData),
    typeofData: null,
    flags: set.flags.filter((flag) => flag !== "dynamic"),
    autoMerge: false,
  };
}

/** Of the expressions that sets of the recorded rulesets have. */
const TYPES: Readonly<Record<string, string>> = {
  "ip saddr": "ipv4_addr",
  "ip daddr": "ipv4_addr",
  "ip6 saddr": "ipv6_addr",
  "tcp dport": "inet_service",
  "vlan id": "integer",
  mark: "mark",
  iifname: "ifname",
};

function typesOf(expression: NftExpression): readonly string[] {
  if (expression.kind === "concat") return expression.parts.flatMap(typesOf);
  if (expression.kind === "payload") return [TYPES[`${expression.protocol} ${expression.field}`] ?? "?"];
  return [expression.kind === "meta" ? (TYPES[expression.key] ?? "?") : "integer"];
}

function withoutPlaces(value: unknown, family: string): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => {
      if (UNSTABLE.has(key)) return undefined;
      return isAddressOfCt(inner) && inner.family === null ? { ...inner, family } : inner;
    }),
  );
}

function isAddressOfCt(value: unknown): value is Extract<NftExpression, { readonly kind: "ct" }> {
  if (typeof value !== "object" || value === null || !("kind" in value) || !("key" in value)) return false;
  return value.kind === "ct" && (value.key === "saddr" || value.key === "daddr");
}
