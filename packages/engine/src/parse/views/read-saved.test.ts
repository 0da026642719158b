import { describe, expect, it } from "vitest";
import { readListings } from "../../../../../test/spellings/listings.ts";
import type { Family } from "../../base/address.ts";
import type { Rule, Table } from "../../model/ruleset.ts";
import { parseIptablesList } from "../iptables-list/parse-iptables-list.ts";
import type { IptablesListOptions } from "../iptables-list/parse-iptables-list.ts";
import { parseIptablesSave } from "../iptables-save/parse-iptables-save.ts";
import { isLossy } from "./loss.ts";
import { readSavedTable } from "./read-saved.ts";
import { rulesAgree } from "./prepared.ts";

function listed(text: string, options: IptablesListOptions = {}): readonly Table[] {
  const { value, diagnostics } = parseIptablesList(text, "list.txt", options);
  expect(diagnostics).toEqual([]);
  return value.map((saved) => {
    const read = readSavedTable(saved);
    expect(read.diagnostics).toEqual([]);
    if (read.value === null) throw new Error("no table");
    return read.value.table;
  });
}

function onlyRule(tables: readonly Table[]): Rule {
  const [rule, ...others] = tables.flatMap(({ rules }) => rules);
  if (rule === undefined || others.length > 0) throw new Error("not one rule");
  return rule;
}

function savedRule(line: string, table: string, family: Family): Rule {
  const text = `*${table}\n:SPELLING - [0:0]\n${line}\nCOMMIT\n`;
  return onlyRule(parseIptablesSave(text, "save.txt", { family }).value);
}

const HEAD =
  "Chain SPELLING (1 references)\n pkts bytes target     prot opt in     out     source               destination         \n";

/** What a listing shows otherwise than iptables-save although nothing is lost: names of groups and realms, whole port ranges. */
const SAME_IN_OTHER_WORDS = /-group default|--realm cosmos|-m (dccp|sctp) --sport 0:65535/;
/** Extensions whose words are not read, or do not tell which packets they take. */
const LOSSY = /-m (hashlimit|osf|policy|quota|rateest|rt|srh|time)|-j (HMARK|QUEUE|RATEEST|SECMARK|LED|CLUSTERIP)/;

describe("iptables -nvL of every match and target", () => {
  it.each(readListings().filter(({ listed: row }) => row !== ""))(
    "$family $saved",
    ({ family, table, saved, listed: row }) => {
      const rule = onlyRule(listed(`${HEAD}${row}\n`, { family, table }));
      expect(isLossy(rule)).toBe(LOSSY.test(saved));
      if (LOSSY.test(saved) || SAME_IN_OTHER_WORDS.test(saved)) return;
      expect(rulesAgree(rule, savedRule(saved, table, family), family)).toBe(true);
    },
  );
});
