import { describe, expect, it } from "vitest";
import type { NftTable } from "../../model/nft.ts";
import { parseSnapshot } from "./parse-snapshot.ts";

const TABLE = { family: "inet", table: "t" };

function listing(...objects: readonly object[]): string {
  const things = [
    { table: { family: "inet", name: "t", handle: 1 } },
    { chain: { ...TABLE, name: "f", handle: 2, type: "filter", hook: "forward", prio: 0, policy: "drop" } },
    ...objects,
  ];
  return JSON.stringify({ nftables: [{ metainfo: { version: "1.0.6", json_schema_version: 1 } }, ...things] });
}

function rule(...expr: readonly object[]): object {
  return { rule: { ...TABLE, chain: "f", handle: 3, expr } };
}

const payload = (protocol: string, field: string): object => ({ payload: { protocol, field } });

function tablesOf(text: string, path: string): readonly NftTable[] {
  const { nft, diagnostics } = parseSnapshot([{ path, text }], { name: "node" });
  expect(diagnostics).toEqual([]);
  return nft ?? [];
}

describe("nft -j list ruleset", () => {
  it("gives what the text gives", () => {
    const text = `table inet t {
	chain f {
		type filter hook forward priority filter; policy drop;
		ip saddr 10.0.0.0/8 tcp dport 80 accept
		meta mark set meta mark | 0x00000080
		ct status dnat ip daddr 10.0.0.1-10.0.0.9 goto u
	}
}
`;
    const json = listing(
      rule(
        { match: { op: "==", left: payload("ip", "saddr"), right: { prefix: { addr: "10.0.0.0", len: 8 } } } },
        { match: { op: "==", left: payload("tcp", "dport"), right: 80 } },
        { accept: null },
      ),
      rule({ mangle: { key: { meta: { key: "mark" } }, value: { "|": [{ meta: { key: "mark" } }, 128] } } }),
      rule(
        { match: { op: "in", left: { ct: { key: "status" } }, right: "dnat" } },
        { match: { op: "==", left: payload("ip", "daddr"), right: { range: ["10.0.0.1", "10.0.0.9"] } } },
        { goto: { target: "u" } },
      ),
    );
    const kinds = (tables: readonly NftTable[]): unknown =>
      tables.map(({ chains }) =>
        chains.map(({ name, rules }) => [name, rules.map((one) => one.statements.map(({ kind }) => kind))]),
      );
    expect(kinds(tablesOf(json, "nft-ruleset.json"))).toEqual(kinds(tablesOf(text, "nft-ruleset.txt")));
  });
});
