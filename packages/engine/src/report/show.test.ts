import { describe, expect, it } from "vitest";
import { speaker } from "../messages/catalogue.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import { selectTables, WHOLE } from "./selection.ts";
import { showJson } from "./show-json.ts";
import { showDocument } from "./show-text.ts";
import { statsOf } from "./stats.ts";

const snapshot = parseSnapshot(
  [
    {
      path: "iptables-save.txt",
      text: "*filter\n:FORWARD DROP [5:300]\n:web - [0:0]\n[7:420] -A FORWARD -p tcp -j web\n-A web -j ACCEPT\nCOMMIT\n*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n",
    },
    { path: "ip6tables-save.txt", text: "*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n" },
    {
      path: "ipset-save.txt",
      text: "create friends hash:ip family inet hashsize 1024 maxelem 65536\nadd friends 10.0.0.9\n",
    },
  ],
  { name: "test" },
);

const plain = (selection = WHOLE): readonly string[] =>
  showDocument(snapshot, selection, speaker("en")).map((line) => {
    if (line.kind === "blank") return "";
    if (line.kind === "text" || line.kind === "paragraph")
      return " ".repeat(line.indent) + line.words.map(({ text }) => text).join("");
    return line.cells.map((cell) => cell.map(({ text }) => text).join("")).join("|");
  });

describe("showDocument", () => {
  it("numbers rules as a trace does, with their counters", () => {
    expect(plain({ family: "ip", table: "filter", chain: null })).toEqual([
      "ip filter  iptables-save.txt:1",
      "  FORWARD  policy DROP  1 rule  [5:300]",
      "1|[7:420]|-p tcp -j web",
      "  web  1 rule  [0:0]",
      "1||-j ACCEPT",
    ]);
  });

  it("keeps tables apart by a blank line, and says where there is none", () => {
    expect(plain()).toContain("");
    expect(plain({ family: "ip6", table: "nat", chain: null })).toEqual(["no tables in this snapshot"]);
  });
});

describe("selectTables", () => {
  it.each([
    [WHOLE, ["ip filter", "ip nat", "ip6 filter"]],
    [{ ...WHOLE, table: "filter" }, ["ip filter", "ip6 filter"]],
    [{ ...WHOLE, family: "ip6" as const }, ["ip6 filter"]],
    [{ ...WHOLE, chain: "web" }, ["ip filter"]],
  ])("%j", (selection, names) => {
    expect(selectTables(snapshot, selection).map(({ table }) => `${table.family} ${table.name}`)).toEqual(names);
  });
});

describe("showJson", () => {
  it("has rules with their text, their counters and their place", () => {
    expect(showJson(snapshot, WHOLE)).toMatchObject({
      kind: "Ruleset",
      tables: [
        {
          table: "filter",
          chains: [
            {
              chain: "FORWARD",
              policy: "DROP",
              packets: "5",
              rules: [{ rule: 1, text: "-A FORWARD -p tcp -j web", packets: "7", bytes: "420", span: { line: 4 } }],
            },
            { chain: "web", policy: null, rules: [{ text: "-A web -j ACCEPT" }] },
          ],
        },
        {},
        {},
      ],
      sets: [{ set: "friends", type: "hash:ip", members: ["10.0.0.9"] }],
    });
  });
});

describe("statsOf", () => {
  it("counts what there is", () => {
    const counted = { tables: 3, chains: 4, rules: 2, sets: 1, members: 1, routes: 0, links: 0, diagnostics: 0 };
    expect(statsOf(snapshot, [])).toMatchObject(counted);
  });
});

describe("tables of nft", () => {
  const nft = parseSnapshot(
    [
      {
        path: "nft-ruleset.txt",
        text: 'table inet t {\n\tset s {\n\t\ttype inet_service\n\t\telements = { 1, 2 }\n\t}\n\n\tchain c {\n\t\ttype filter hook input priority filter + 1; policy drop;\n\t\ttcp dport @s counter packets 7 bytes 420 accept comment "x"\n\t}\n\n\tchain d {\n\t}\n}\n',
      },
    ],
    { name: "nft" },
  );

  it("are shown with their hooks and counts, of either family", () => {
    const lines = showDocument(nft, { ...WHOLE, family: "ip6" }, speaker("en")).map((line) =>
      line.kind === "row"
        ? line.cells.map((cell) => cell.map(({ text }) => text).join("")).join("|")
        : line.kind === "text"
          ? line.words.map(({ text }) => text).join("")
          : "",
    );
    expect(lines).toEqual([
      "inet t  nft  nft-ruleset.txt:1",
      "c  filter hook input priority filter + 1  policy drop  1 rule",
      '1|[7:420]|tcp dport @s counter accept comment "x"',
      "d  0 rules",
    ]);
  });

  it("stand in JSON beside those of iptables, and count", () => {
    expect(showJson(nft, WHOLE)).toMatchObject({
      tables: [],
      nft: [
        {
          family: "inet",
          chains: [{ hook: "input", priority: 1, policy: "drop", rules: [{ packets: "7" }] }, { policy: null }],
        },
      ],
    });
    expect(showJson(snapshot, WHOLE)).not.toHaveProperty("nft");
    expect(statsOf(nft, [])).toMatchObject({ tables: 1, chains: 2, rules: 1, sets: 1, members: 2 });
  });
});
