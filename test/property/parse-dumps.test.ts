import { readFileSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseConntrack,
  parseIpAddr,
  parseIpLink,
  parseIpNeigh,
  parseIpRoute,
  parseIpRule,
  parseIpset,
  parseNft,
  parseSnapshot,
  parseSs,
  parseSysctl,
  printConntrack,
  printIpAddr,
  printIpLink,
  printIpNeigh,
  printIpRoute,
  printIpRule,
  printIpset,
  printNft,
  printSs,
  printSysctl,
} from "@hookwalk/engine";
import type { Diagnostic, Parsed } from "@hookwalk/engine";
import { comparable } from "../comparable.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);

function fixture(name: string): string {
  return readFileSync(new URL(name, FIXTURES), "utf8");
}

interface Dump {
  readonly pattern: RegExp;
  /** Parses, and prints in the form of this file. */
  readonly run: (text: string) => { readonly parsed: Parsed<readonly unknown[]>; readonly print: () => string };
}

function dump<T>(
  pattern: RegExp,
  parse: (text: string, file: string) => Parsed<readonly T[]>,
  print: (values: readonly T[]) => string,
): Dump {
  return {
    pattern,
    run(text) {
      const parsed = parse(text, "dump");
      return { parsed, print: () => print(parsed.value) };
    },
  };
}

/** Which parser and printer go with which fixture; the first pattern that fits. */
const DUMPS: readonly Dump[] = [
  dump(/^ip6?-rule/, parseIpRule, printIpRule),
  dump(/^ip-route-oneline/, parseIpRoute, (routes) => printIpRoute(routes, { oneline: true })),
  dump(
    /^ip-route-table-11/,
    (text, file) => parseIpRoute(text, file, { table: "11" }),
    (routes) => printIpRoute(routes, { table: "11" }),
  ),
  dump(/^ip6?-route/, parseIpRoute, printIpRoute),
  dump(/^ip-addr-oneline/, parseIpAddr, (links) => printIpAddr(links, { oneline: true })),
  dump(/^ip-addr-brief/, parseIpAddr, (links) => printIpAddr(links, { brief: true })),
  dump(/^ip[46]?-addr/, parseIpAddr, printIpAddr),
  dump(/^ip-link.*-?oneline/, parseIpLink, (links) => printIpLink(links, { oneline: true })),
  dump(/^ip-link-brief/, parseIpLink, (links) => printIpLink(links, { brief: true })),
  dump(/^ip-link/, parseIpLink, printIpLink),
  dump(/^ip-neigh/, parseIpNeigh, printIpNeigh),
  dump(/^ipset-list/, parseIpset, (sets) => printIpset(sets, "list")),
  dump(/^ipset-save/, parseIpset, printIpset),
  dump(/conntrack/, parseConntrack, printConntrack),
  dump(/^ss/, parseSs, printSs),
  dump(/^sysctl/, parseSysctl, printSysctl),
  dump(/^nft-ruleset-handles/, parseNft, (tables) => printNft(tables, { handles: true })),
  dump(/^(nft-.*\.txt|\w+\.nft)$/, parseNft, printNft),
];

function dumpOf(name: string): Dump | undefined {
  return DUMPS.find(({ pattern }) => pattern.test(name));
}

const ALL = readdirSync(FIXTURES).flatMap((name) => {
  const found = dumpOf(name);
  return found === undefined ? [] : [{ name, text: fixture(name), run: found.run }];
});
/**
 * Read as what they mean, and printed back so: `ip -N` and `nft -y` print numbers for names, and what nft says of rules that
 * iptables made it takes from libxtables, with spellings of its own.
 */
const REWRITTEN = /numeric|nft-iptables/;
const TEXTS = ALL.filter(({ name }) => name.endsWith(".txt") && !REWRITTEN.test(name));

function isPlaced({ span }: Diagnostic, lines: number): boolean {
  const { line, column = 1, endColumn = column } = span;
  return line >= 1 && line <= lines && column >= 1 && endColumn >= column;
}

/** A text with some of its stretches cut out, doubled, moved or overwritten. */
function mutated(text: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(text.length),
    length: fc.oneof(fc.nat(3), fc.nat(80), fc.nat(2000)),
    kind: fc.constantFrom<"cut" | "double" | "overwrite" | "insert">("cut", "double", "overwrite", "insert"),
    junk: fc.string({ unit: "binary", maxLength: 12 }),
  });
  return fc.array(edit, { minLength: 1, maxLength: 8 }).map((edits) =>
    edits.reduce((out, { at, length, kind, junk }) => {
      const [before, piece, after] = [out.slice(0, at), out.slice(at, at + length), out.slice(at + length)];
      const middle = { cut: "", double: piece + piece, overwrite: junk, insert: junk + piece }[kind];
      return before + middle + after;
    }, text),
  );
}

describe("what the tool itself wrote", () => {
  it.each(TEXTS)("$name is understood whole and printed back byte for byte", ({ text, run }) => {
    const { parsed, print } = run(text);
    expect(parsed.diagnostics).toEqual([]);
    expect(print()).toBe(text);
  });

  it.each(ALL.filter(({ name }) => !TEXTS.some((other) => other.name === name)))(
    "$name is understood whole",
    ({ text, run }) => {
      const { parsed } = run(text);
      expect(parsed.diagnostics).toEqual([]);
      expect(parsed.value.length).toBeGreaterThan(0);
    },
  );
});

const LINK_EXTRAS = ["extras", "details", "statistics"];
const JSONS = ALL.filter(({ name }) => name.endsWith(".json"));

describe("the same state in two forms is one model", () => {
  it.each(JSONS)("$name and its text", ({ name, text, run }) => {
    const other = fixture(name.replace("-pretty", "").replace(".json", ".txt"));
    const dropped = /addr|link/.test(name) ? LINK_EXTRAS : [];
    expect(comparable(run(text).parsed.value, dropped)).toEqual(comparable(run(other).parsed.value, dropped));
  });

  it.each(["ipset-list.ipset-7.17.xml", "ipset-list.ipset-7.17.txt"])("%s and ipset save", (name) => {
    const [one, other] = [fixture(name), fixture("ipset-save.ipset-7.17.txt")].map(
      (text) => parseIpset(text, "f").value,
    );
    expect(comparable(one ?? [], ["header"])).toEqual(comparable(other ?? [], []));
  });

  it("ip -N, but for the names of protocols", () => {
    const [numeric, named] = ["ip-route-numeric", "ip-route"].map((name) =>
      parseIpRoute(fixture(`${name}.iproute2-6.1.0.txt`), "f").value.map((route) => ({ ...route, protocol: null })),
    );
    expect(comparable(numeric ?? [], [])).toEqual(comparable(named ?? [], []));
  });

  it("nft with priorities as numbers, and by name", () => {
    const [numeric, named] = ["nft-ruleset-numeric", "nft-ruleset"].map((name) =>
      parseNft(fixture(`${name}.nft-1.0.6.txt`), "f").value.map((table) => printNft([table], { stateless: true })),
    );
    expect(numeric).toEqual(named);
  });

  it("what nft says of rules of iptables, and the same as nft itself would say it", () => {
    const { value } = parseNft(fixture("nft-iptables.nft-1.0.6.txt"), "f");
    const again = parseNft(printNft(value), "f");
    expect(again.diagnostics).toEqual([]);
    expect(comparable(again.value, ["text", "span", "line"])).toEqual(comparable(value, ["text", "span", "line"]));
  });

  it("conntrack -L in every form, and what the kernel's own file says", () => {
    const flows = ["conntrack", "conntrack-id", "conntrack-extended", "conntrack-extended-id"].map(
      (name) => parseConntrack(fixture(`${name}.conntrack-1.4.7.txt`), "f").value,
    );
    flows.push(parseConntrack(fixture("nf_conntrack.linux.txt"), "f").value);
    // Seconds pass between one listing and the next, and each goes through the hash table from another start.
    const keys = flows.map((list) =>
      list.map((flow) => JSON.stringify(comparable([flow], ["text", "timeout"]))).sort(),
    );
    for (const other of keys) expect(other).toEqual(keys[0]);
  });

  it("ss with and without options", () => {
    const [plain, full] = ["ss-numeric", "ss-everything"].map((name) =>
      comparable(parseSs(fixture(`${name}.iproute2-6.1.0.txt`), "f").value, [
        "text",
        "header",
        "transparent",
        "uid",
        "mark",
        "v6only",
      ]),
    );
    expect(full).toEqual(plain);
  });
});

describe("bytes of any kind", () => {
  it.each(ALL)("$name, mutated, never throws and places every diagnostic", ({ text, run }) => {
    fc.assert(
      fc.property(mutated(text.slice(0, 6000)), (input) => {
        const { parsed, print } = run(input);
        const lines = input.split("\n").length;
        expect(parsed.diagnostics.every((diagnostic) => isPlaced(diagnostic, lines))).toBe(true);
        print();
      }),
      { numRuns: 60 },
    );
  });

  it.each(DUMPS)("$pattern takes arbitrary text", ({ run }) => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "\n",
        " ",
        "\t",
        "\r\n",
        "\\",
        "{",
        "[",
        '"',
        "<",
        ":",
        "=",
        "default",
        "add x ",
        "inet ",
        "1: a: <",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        run(pieces.join("")).print();
      }),
      { numRuns: 300 },
    );
  });

  it("a snapshot of mutated files is read, too", () => {
    const files = fc
      .constantFrom(...ALL)
      .chain(({ name, text }) => mutated(text.slice(0, 3000)).map((input) => ({ path: name, text: input })));
    fc.assert(
      fc.property(fc.array(files, { maxLength: 4 }), (list) => {
        expect(parseSnapshot(list, { name: "mutated" }).files).toHaveLength(list.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe("a line that no tool prints", () => {
  const JUNK = "@@ no tool prints this @@";

  it.each(TEXTS)("in $name is named, and all around it is read as before", ({ text, run }) => {
    const lines = text.split("\n");
    const { parsed: clean } = run(text);
    fc.assert(
      fc.property(fc.nat(lines.length - 1), (at) => {
        const { parsed } = run([...lines.slice(0, at), JUNK, ...lines.slice(at)].join("\n"));
        expect(parsed.diagnostics.map(({ span }) => span.line)).toContain(at + 1);
        expect(parsed.value).toHaveLength(clean.value.length);
      }),
      { numRuns: 20 },
    );
  });
});

describe("hostile input", () => {
  const MANY = 200_000;
  const BOMBS: Readonly<Record<string, string>> = {
    "one long line of words": "10.0.0.0/8 dev eth0 " + "onlink ".repeat(MANY),
    "one long line of unknown words": "1: lo: <UP> " + "x ".repeat(MANY),
    "a rule of unknown words": "1:\tfrom all " + "x ".repeat(MANY),
    "open brackets": "[{" + '"a":[{'.repeat(MANY),
    "open objects": "{".repeat(MANY),
    "broken objects": '[{"dst":1},{'.repeat(MANY),
    "open quotes": '"'.repeat(MANY),
    "an open string": '[{"' + "\\".repeat(MANY),
    blanks: " ".repeat(MANY * 5),
    backslashes: "1: lo: <UP> mtu 1 " + "\\\t".repeat(MANY),
    "open tags": "<" + "<a ".repeat(MANY),
    "open comments": `<ipsets>\n<ipset name="a">\n<type>hash:ip</type>\n${'<member><elem>1.2.3.4</elem><comment>"'.repeat(MANY / 10)}`,
    "nested multipath": "default\n" + "\tnexthop via 10.0.0.1 dev a weight 1\n".repeat(MANY / 4),
    "one set many times": "create a hash:ip\nadd a 1.2.3.4\n".repeat(MANY / 8),
    "many sets": Array.from({ length: MANY / 8 }, (_, i) => `create s${String(i)} hash:ip\n`).join(""),
    prompts: "# ".repeat(MANY),
    "many prompts": "$ ip rule\n0:\tfrom all lookup local\n".repeat(MANY / 40),
    equals: "a.b" + "=".repeat(MANY),
    colons: ":".repeat(MANY),
    "open sets": `table ip t {\n chain c {\n tcp dport ${"{ ".repeat(MANY)}`,
    "open tables": "table ip t { ".repeat(MANY / 8),
    "open parentheses": `table ip t {\n chain c {\n meta mark ${"(".repeat(MANY)}`,
    "rules that fail": `table ip t {\n chain c {\n${"tcp dport { @@\n".repeat(MANY / 20)}`,
    "rules on one line": `add rule t c ${"tcp dport 1 ".repeat(MANY / 20)}`,
    "broken rules on one line": "add rule t c @@ ; ".repeat(MANY / 2),
    "words of extensions": `table ip t {\n chain c {\n${"# ".repeat(MANY)} counter packets 1 bytes 1 accept\n}`,
    "words of extensions, and rules": `table ip t {\n chain c {\n${"# x counter packets 1 bytes 1 ".repeat(MANY / 5)}\n}`,
    "sets of sets": `define a = { 1, 2, 3 }\n${Array.from({ length: 200 }, (_, n) => `define a = { ${n < 100 ? "$a, $a" : "$a"} }\n`).join("")}add rule t c tcp dport $a\n`,
    commands: "add table t\n".repeat(MANY / 8),
  };
  /** Far above what linear reading takes even on a busy machine, and far below what quadratic reading would. */
  const LIMIT_MS = 5000;

  it.each(Object.keys(BOMBS))("%s ends soon", (name) => {
    const text = BOMBS[name] ?? "";
    for (const { run } of DUMPS) {
      const start = performance.now();
      run(text).print();
      expect(performance.now() - start).toBeLessThan(LIMIT_MS);
    }
    const start = performance.now();
    parseSnapshot([{ path: "bomb", text }], { name });
    expect(performance.now() - start).toBeLessThan(LIMIT_MS);
  });

  it("two listings of many chains are put together soon", () => {
    const chains = Array.from({ length: 20_000 }, (_, n) => `C${String(n)}`);
    const saved =
      chains.map((chain) => `:${chain} - [0:0]\n`).join("") +
      chains.map((chain) => `-A ${chain} -s 10.0.0.1/32 -j DROP\n`).join("");
    const listed = chains
      .map((chain) => `\tchain ${chain} {\n\t\tip saddr 10.0.0.1 counter packets 0 bytes 0 drop\n\t}\n`)
      .join("");
    const files = [
      { path: "iptables-nft-save.txt", text: `*filter\n${saved}COMMIT\n` },
      { path: "nft-ruleset.txt", text: `table ip filter {\n${listed}}\n` },
    ];
    const start = performance.now();
    const { tables } = parseSnapshot(files, { name: "chains" });
    expect(performance.now() - start).toBeLessThan(4 * LIMIT_MS);
    expect(tables.ip?.map(({ rules }) => rules.length)).toEqual([chains.length]);
  });
});
