import { explainDocument, explainJson, explainMarkdown, explainSnapshot } from "@hookwalk/engine";
import { defineCommand } from "../command-line/command.ts";
import type { Command } from "../command-line/command.ts";
import { EXIT } from "../errors.ts";
import { explainSelection, parseMark } from "./explain-selection.ts";
import { readSnapshot } from "./input.ts";
import { writeData } from "./output.ts";

export const explain: Command = defineCommand({
  name: "explain",
  summary: "explain",
  arguments: [
    { name: "TABLE[/CHAIN[/N]|/@NAME]|set[/NAME]|ip-rule[/N]|mark[/M]", required: false },
    { name: "CHAIN|NAME", required: false },
    { name: "N", required: false },
  ],
  options: {
    file: { kind: "values", short: "f", placeholder: "SNAPSHOT", file: true, help: "option-file" },
    mark: { kind: "value", placeholder: "M", help: "option-explain-mark" },
    output: { kind: "choice", short: "o", choices: ["text", "json", "yaml", "markdown"], help: "option-output" },
    json: { kind: "flag", short: "j", help: "option-json" },
    ipv4: { kind: "flag", short: "4", help: "option-ipv4" },
    ipv6: { kind: "flag", short: "6", help: "option-ipv6" },
  },
  examples: [
    "explain -f SNAPSHOT",
    "explain -f SNAPSHOT filter/FORWARD/3",
    "explain -f SNAPSHOT mangle/CILIUM_PRE_mangle --lang zh",
    "explain -f SNAPSHOT --mark 0x23420200",
    "explain -f SNAPSHOT ip-rule/9",
    "explain -f SNAPSHOT set/KUBE-CLUSTER-IP -o json",
    "explain -f SNAPSHOT ip/kube-proxy/services/1",
    "explain -f SNAPSHOT ip/kube-proxy/@service-ips",
  ],
  async run(values, words, context) {
    const { terminal, say } = context;
    const { snapshot, diagnostics } = await readSnapshot(values.file, context);
    const family = values.ipv4 === values.ipv6 ? null : values.ipv4 ? "ip" : "ip6";
    const selection =
      values.mark === undefined
        ? explainSelection(words, family, snapshot, say)
        : ({ kind: "mark", mark: parseMark(values.mark, say) } as const);
    const explanation = explainSnapshot(snapshot, selection);
    const form = values.output ?? (values.json ? "json" : "text");
    switch (form) {
      case "text":
        terminal.out.print(explainDocument(explanation, say));
        break;
      case "markdown":
        terminal.out.write(explainMarkdown(explanation, say.language));
        break;
      case "json":
      case "yaml":
        await writeData(terminal.out, form, explainJson(explanation, diagnostics));
        break;
    }
    return EXIT.ok;
  },
});
