import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NftTable } from "../../model/nft.ts";
import { parseNftJson } from "./parse-nft-json.ts";

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

function statements(...expr: readonly object[]): NftTable["chains"][number]["rules"][number]["statements"] {
  const { value, diagnostics } = parseNftJson(listing(rule(...expr)), "nft.json");
  expect(diagnostics).toEqual([]);
  return value[0]?.chains[0]?.rules[0]?.statements ?? [];
}

const payload = (protocol: string, field: string): object => ({ payload: { protocol, field } });

describe("nft -j list ruleset", () => {
  it("reads tables, base chains and their rules in order", () => {
    const { value } = parseNftJson(listing(rule({ accept: null }), rule({ jump: { target: "u" } })), "nft.json");
    expect(value).toMatchObject([
      {
        family: "inet",
        name: "t",
        chains: [
          {
            name: "f",
            base: { type: "filter", hook: "forward", priority: 0, policy: "drop" },
            rules: [{ statements: [{ kind: "accept" }] }, { statements: [{ kind: "jump", chain: "u" }] }],
          },
        ],
      },
    ]);
  });

  it("tells bits from values, and sets from literals", () => {
    const right = { set: [22, { range: [80, 90] }] };
    expect(
      statements(
        { match: { op: "in", left: { ct: { key: "state" } }, right: ["established", "related"] } },
        { match: { op: "!=", left: payload("tcp", "dport"), right } },
        { match: { op: "==", left: payload("ip", "saddr"), right: "@hosts" } },
        { match: { op: "==", left: { fib: { result: "oif", flags: ["saddr", "iif"] } }, right: false } },
      ),
    ).toMatchObject([
      { op: "in", right: { kind: "list", items: [{ text: "established" }, { text: "related" }] } },
      { op: "!=", right: { kind: "set", elements: [{ key: { text: "22" } }, { key: { kind: "range" } }] } },
      { op: "==", right: { kind: "set-ref", name: "hosts" } },
      { op: "==", right: { kind: "literal", text: "missing" } },
    ]);
  });

  it("keeps what it does not know, and says where it stands", () => {
    const text = listing(rule({ wonder: { of: 1 } }, { accept: null }));
    const { value, diagnostics } = parseNftJson(text, "nft.json");
    expect(value[0]?.chains[0]?.rules[0]?.statements).toEqual([
      { kind: "verbatim", text: '{"wonder": {"of": 1}}' },
      { kind: "accept" },
    ]);
    expect(diagnostics).toMatchObject([
      { code: "unknown-nft", span: { line: 1, column: text.indexOf('{"wonder') + 1 } },
    ]);
  });

  it("loses one broken rule and no other", () => {
    const lines = listing(rule({ accept: null }), rule({ drop: null }), rule({ return: null })).replace(
      '{"drop":null}',
      '{"drop":}',
    );
    const { value, diagnostics } = parseNftJson(lines, "nft.json");
    const kinds = value[0]?.chains[0]?.rules.flatMap((one) => one.statements.map(({ kind }) => kind));
    expect(kinds).toEqual(["accept", "return"]);
    expect(diagnostics).toMatchObject([{ code: "broken-json" }]);
  });

  it("takes names as names", () => {
    const { value } = parseNftJson(
      JSON.stringify({
        nftables: [{ table: { family: "ip", name: "__proto__" } }, { table: { family: "ip", name: "constructor" } }],
      }),
      "nft.json",
    );
    expect(value.map(({ name }) => name)).toEqual(["__proto__", "constructor"]);
  });

  it("never throws, whatever stands there", () => {
    const leaf = fc.oneof(fc.constantFrom("accept", "@x", "*", "ip", "t", "f", "inet", 1, null, true), fc.string());
    const keys = fc.constantFrom(
      ...[
        "match",
        "left",
        "right",
        "op",
        "set",
        "map",
        "elem",
        "val",
        "vmap",
        "key",
        "data",
        "payload",
        "protocol",
        "field",
      ],
      ...[
        "rule",
        "table",
        "chain",
        "family",
        "name",
        "expr",
        "concat",
        "prefix",
        "range",
        "dnat",
        "addr",
        "limit",
        "ct",
      ],
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie("tree"), { maxLength: 4 }), fc.dictionary(keys, tie("tree"))),
    }));
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 5 }), fc.nat(400), (things, cut) => {
        const text = JSON.stringify({ nftables: things });
        parseNftJson(text, "nft.json");
        parseNftJson(text.slice(0, cut), "nft.json");
      }),
    );
  });
});
