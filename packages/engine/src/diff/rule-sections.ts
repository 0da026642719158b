import type { NftSet, NftTable } from "../model/nft.ts";
import type { Chain, Table } from "../model/ruleset.ts";
import { printSpec } from "../print/iptables-save.ts";
import { printElement } from "../print/nft/expression.ts";
import { printNft, printNftRule } from "../print/nft/nft.ts";
import type { Section, SectionLine } from "./section.ts";
import { line, section } from "./section.ts";

/** One section a chain, in the words of `iptables -S`. Which kernel interface holds the table does not matter. */
export function tableSections(tables: readonly Table[]): readonly Section[] {
  return tables.flatMap((table) =>
    table.chains.map((chain) =>
      section(`${table.name}/${chain.name}`, chainLines(chain, table), {
        ordered: true,
        isDefault: chain.policy === "ACCEPT" && chain.rules.length === 0,
      }),
    ),
  );
}

function chainLines({ name, policy, rules, span }: Chain, { family }: Table): readonly SectionLine[] {
  const head = policy === null ? `-N ${name}` : `-P ${name} ${policy}`;
  const lines = rules.map((rule, index) =>
    line(printSpec(rule, family).trimStart(), { file: rule.file, line: rule.line }, index + 1),
  );
  return [line(head, span), ...lines];
}

/** Chains, sets, objects and flowtables of nft's own tables. */
export function nftSections(tables: readonly NftTable[]): readonly Section[] {
  return tables.flatMap(tableParts);
}

function tableParts(table: NftTable): readonly Section[] {
  const { family, name: tableName, chains, sets, objects, flowtables } = table;
  const path = `${family} ${tableName}`;
  const empty: NftTable = { ...table, chains: [], sets: [], objects: [], flowtables: [] };
  const shell = (part: Partial<NftTable>): string => shellOf({ ...empty, flags: [], comment: null, ...part });
  return [
    section(path, [line(onOneLine(empty).join(" "), table.span)]),
    ...chains.map((chain) => {
      const rules = chain.rules.map((rule, index) =>
        line(printNftRule(rule, { stateless: true }), { file: rule.file, line: rule.line }, index + 1),
      );
      const head = line(shell({ chains: [{ ...chain, rules: [] }] }), chain.span);
      return section(`${path}/${chain.name}`, [head, ...rules], { ordered: true });
    }),
    ...sets.map((set) =>
      section(`${path} @${set.name}`, [line(shell({ sets: [{ ...set, elements: [] }] }), set.span), ...elements(set)]),
    ),
    ...objects.map((object) =>
      section(`${path} ${object.type} ${object.name}`, [line(shell({ objects: [object] }), object.span)]),
    ),
    ...flowtables.map((flowtable) =>
      section(`${path} flowtable ${flowtable.name}`, [line(shell({ flowtables: [flowtable] }), flowtable.span)]),
    ),
  ];
}

/** What nft lists inside a table, on one line. */
function shellOf(table: NftTable): string {
  return onOneLine(table).slice(1, -1).join(" ");
}

function onOneLine(table: NftTable): readonly string[] {
  return printNft([table], { stateless: true })
    .trim()
    .split(/\s*\n\s*/);
}

function elements({ elements: listed, span }: NftSet): readonly SectionLine[] {
  return (listed ?? []).map((element) => line(printElement(element, { stateless: true }), span));
}
