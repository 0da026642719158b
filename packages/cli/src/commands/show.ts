import {
  selectNftTables,
  selectTables,
  showDocument,
  showJson,
  statsDocument,
  statsJson,
  statsOf,
} from "@hookwalk/engine";
import type { Selection, Snapshot, Speaker } from "@hookwalk/engine";
import { defineCommand } from "../command-line/command.ts";
import type { Command } from "../command-line/command.ts";
import { nearest } from "../command-line/suggest.ts";
import { EXIT, usageError } from "../errors.ts";
import type { HookwalkError } from "../errors.ts";
import { neutralise } from "../terminal/neutralise.ts";
import type { Output } from "../terminal/terminal.ts";
import { readSnapshot } from "./input.ts";
import { writeData } from "./output.ts";
import { printDump } from "./dump.ts";

const FORMS = ["text", "json", "yaml", "stats", "iptables-save", "nft", "ipset", "ip"] as const;

export const show: Command = defineCommand({
  name: "show",
  summary: "show",
  arguments: [
    { name: "TABLE", required: false },
    { name: "CHAIN", required: false },
  ],
  options: {
    file: { kind: "values", short: "f", placeholder: "SNAPSHOT", file: true, help: "option-file" },
    output: { kind: "choice", short: "o", choices: FORMS, help: "option-output" },
    json: { kind: "flag", short: "j", help: "option-json" },
    ipv4: { kind: "flag", short: "4", help: "option-ipv4" },
    ipv6: { kind: "flag", short: "6", help: "option-ipv6" },
    table: { kind: "value", short: "t", placeholder: "TABLE", help: "option-table" },
    numeric: { kind: "flag", short: "n", help: "option-numeric" },
  },
  examples: [
    "show -f SNAPSHOT",
    "show -f SNAPSHOT filter FORWARD",
    "show -f SNAPSHOT -o stats",
    "show -f - -o json < iptables-save.txt",
  ],
  async run(values, words, context) {
    const { terminal, say } = context;
    const { snapshot, diagnostics } = await readSnapshot(values.file, context);
    const selection: Selection = {
      family: values.ipv4 === values.ipv6 ? null : values.ipv4 ? "ip" : "ip6",
      table: values.table ?? words[0] ?? null,
      chain: (values.table === undefined ? words[1] : words[0]) ?? null,
    };
    checkNames(snapshot, selection, say);
    const form = values.output ?? (values.json ? "json" : "text");
    switch (form) {
      case "text":
        terminal.out.print(showDocument(snapshot, selection, say));
        break;
      case "json":
      case "yaml":
        await writeData(terminal.out, form, showJson(snapshot, selection));
        break;
      case "stats": {
        const stats = statsOf(snapshot, diagnostics);
        if (values.json) await writeData(terminal.out, "json", statsJson(stats));
        else terminal.out.print(statsDocument(stats, say));
        break;
      }
      case "iptables-save":
      case "nft":
      case "ipset":
      case "ip":
        writeDump(terminal.out, printDump(form, snapshot, selection));
        break;
    }
    return EXIT.ok;
  },
});

/** As it is into a pipe or a file; a terminal would obey what a comment may hold. */
function writeDump(output: Output, dump: string): void {
  output.write(output.isTerminal ? neutralise(dump) : dump);
}

/** A table or chain that is not there is a slip of the finger: say what there is. */
function checkNames(snapshot: Snapshot, selection: Selection, say: Speaker): void {
  const { table, chain } = selection;
  if (table === null) return;
  const all = selectAll(snapshot, { ...selection, table: null, chain: null });
  if (all.length === 0) return;
  const tables = selectAll(snapshot, { ...selection, chain: null });
  if (tables.length === 0) {
    const names = all.map((found) => found.table.name);
    throw unknownName(say.commandLine("no-table", { name: table }), table, names, say);
  }
  if (chain === null || selectAll(snapshot, selection).length > 0) return;
  const names = tables.flatMap((found) => found.chains.map(({ name }) => name));
  throw unknownName(say.commandLine("no-chain", { table, name: chain }), chain, names, say);
}

/** Tables of iptables and of nft alike: here only names count. */
function selectAll(snapshot: Snapshot, selection: Selection): readonly NamedTable[] {
  return [...selectTables(snapshot, selection), ...selectNftTables(snapshot, selection)];
}

interface NamedTable {
  readonly table: { readonly name: string };
  readonly chains: readonly { readonly name: string }[];
}

/** More names than this are no help. */
const LISTED = 20;

function unknownName(message: string, typed: string, names: readonly string[], say: Speaker): HookwalkError {
  const like = nearest(typed, names);
  if (like !== null) return usageError(message, say.commandLine("did-you-mean", { name: like }));
  const distinct = [...new Set(names)];
  const listed = distinct.slice(0, LISTED).join(", ") + (distinct.length > LISTED ? ", …" : "");
  return usageError(message, say.commandLine("there-is", { names: listed }));
}
