import { describe, expect, it } from "vitest";
import { readListings } from "../../../../../test/spellings/listings.ts";
import type { Listing } from "../../../../../test/spellings/listings.ts";
import type { Rule } from "../../model/ruleset.ts";
import { parseIptablesSave } from "../iptables-save/parse-iptables-save.ts";
import { parseNft } from "../nft/parse-nft.ts";
import { isLossy } from "./loss.ts";
import { rulesAgree } from "./prepared.ts";
import { readSavedTable } from "./read-saved.ts";
import { isMadeByIptables, savedTableOf } from "../iptables-nft/saved-tables.ts";

/** The rule that nft shows, read back. */
function readBack({ family, table, nft }: Pick<Listing, "family" | "table" | "nft">): Rule {
  const text = `table ${family} ${table} {\n\tchain SPELLING {\n\t\t${nft}\n\t}\n}\n`;
  const [shown] = parseNft(text, "nft.txt").value;
  if (shown === undefined) throw new Error("no table");
  const [rule] = readSavedTable(savedTableOf(shown)).value?.table.rules ?? [];
  if (rule === undefined) throw new Error("no rule");
  return rule;
}

function savedRule({ saved, table, family }: Listing): Rule {
  const [rule] = parseIptablesSave(`*${table}\n:SPELLING - [0:0]\n${saved}\nCOMMIT\n`, "save.txt", {
    family,
  }).value.flatMap(({ rules }) => rules);
  if (rule === undefined) throw new Error("no rule");
  return { ...rule, matches: rule.matches.filter(({ name }) => name !== "comment") };
}

/**
 * Matches of which nft shows nothing at all: nobody can know that they are there. `-m tcp` and the like without options
 * ask for no more than the protocol beside them does.
 */
const SHOWN_AS_NOTHING =
  /-m (tcp|udp|dccp|ah|esp|rt|frag|mh) *$|-m time --datestop 2038-01-19T03:14:07 *$|-m frag (! )?--fraglen \d+ *$/;
/** One port of `-m multiport` reads as that of the protocol. */
const ONE_PORT = /-m multiport (! )?--[sd]ports \d+ *$/;

describe("what nft 1.0.6 shows of every match and target that iptables-nft 1.8.9 writes", () => {
  const listings = readListings().filter(({ nft }) => nft !== "");

  it.each(listings)("$family $saved", (listing) => {
    const rule = readBack(listing);
    if (isLossy(rule) || SHOWN_AS_NOTHING.test(listing.saved) || ONE_PORT.test(listing.saved)) return;
    expect(rulesAgree(rule, savedRule(listing), listing.family)).toBe(true);
  });

  it("is told whole in nearly half of them", () => {
    const told = listings.filter((listing) => !isLossy(readBack(listing)));
    expect(told.length / listings.length).toBeGreaterThan(0.45);
  });
});

describe("words of other versions of nft", () => {
  it.each([
    [
      "ip saddr != 10.0.0.0/8  # match-set S dst,dst counter packets 3 bytes 180 accept",
      "-s",
      "-m set --match-set S dst,dst",
    ],
    ['xt match "set" counter packets 0 bytes 0 accept', "arguments", "set"],
    ["# socket --transparent counter packets 0 bytes 0 meta mark set 0x200", "-m socket", "--transparent"],
  ])("%s", (nft, ...parts) => {
    const rule = readBack({ family: "ip", table: "mangle", nft });
    const text = JSON.stringify(rule, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    expect(isLossy(rule)).toBe(parts.includes("arguments"));
    expect(text).toContain(parts.includes("arguments") ? '"lost":"arguments"' : '"kind":"match"');
  });

  it.each([
    ["ct status dnat", "conntrack", "meaning"],
    ["fib saddr type local", "addrtype", "meaning"],
    ["frobnicate 7", "", "words"],
  ])("never reads %s as what it says", (words, name, lost) => {
    const rule = readBack({ family: "ip", table: "mangle", nft: `${words} counter packets 0 bytes 0 drop` });
    expect([...rule.matches, rule.target]).toContainEqual(expect.objectContaining({ kind: "verbatim", name, lost }));
  });
});

describe("isMadeByIptables", () => {
  const made = (text: string): readonly boolean[] => parseNft(text, "nft.txt").value.map(isMadeByIptables);
  const chain = (body: string): string => `table ip filter {\n\tchain INPUT {\n\t\t${body}\n\t}\n}\n`;

  it.each([
    ["iptables-nft's own base chain", chain("type filter hook input priority filter; policy accept;"), true],
    ["another priority", chain("type filter hook input priority 5; policy accept;"), false],
    ["another hook", chain("type filter hook forward priority filter; policy accept;"), false],
    ["a set of nft", "table ip filter {\n\tset s {\n\t\ttype ipv4_addr\n\t}\n}\n", false],
    ["another family", chain("type filter hook input priority filter; policy accept;").replace("ip ", "inet "), false],
    [
      "a vmap",
      chain("type filter hook input priority filter; policy accept;\n\t\ttcp dport vmap { 22 : drop }"),
      false,
    ],
    [
      "another name",
      chain("type filter hook input priority filter; policy accept;").replace("filter {", "mine {"),
      false,
    ],
  ])("%s", (_, text, expected) => {
    expect(made(text)).toEqual([expected]);
  });
});
