import { showDocument, showJson, statsDocument, statsJson, statsOf } from "@hookwalk/engine";
import type { Selection } from "@hookwalk/engine";
import { defineCommand } from "../command-line/command.ts";
import type { Command } from "../command-line/command.ts";
import { EXIT } from "../errors.ts";
import { neutralise } from "../terminal/neutralise.ts";
import type { Output } from "../terminal/terminal.ts";
import { readNodes, readSnapshot } from "./input.ts";
import { checkNames } from "./known-names.ts";
import { writeData } from "./output.ts";
import { printDump } from "./dump.ts";

const FORMS = ["text", "json", "yaml", "stats", "iptables-save", "nft", "nft-json", "ipset", "ip", "nodes"] as const;

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
    "show -f cilium-sysdump.zip -o nodes",
    "show -f cilium-sysdump.zip#worker-1",
    "show -f - -o json < iptables-save.txt",
  ],
  async run(values, words, context) {
    const { terminal, say } = context;
    if (values.output === "nodes") {
      for (const node of await readNodes(values.file, context)) terminal.out.write(`${node}\n`);
      return EXIT.ok;
    }
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
      case "nft-json":
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
