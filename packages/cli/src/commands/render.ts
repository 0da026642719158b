import { diagnosticsDocument, printNftScript } from "@hookwalk/engine";
import type { Diagnostic, NamedText, Snapshot } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderers } from "@hookwalk/engine/render";
import { collect } from "../collect/collect.ts";
import { archiveOf } from "../collect/store.ts";
import { defineCommand } from "../command-line/command.ts";
import type { Command, Context } from "../command-line/command.ts";
import { EXIT, usageError } from "../errors.ts";
import type { ExitCode } from "../errors.ts";
import { printDump, snapshotFiles } from "./dump.ts";
import { sourceIn } from "./input.ts";

const OWNERS = [...renderers.keys()];
const FORMS = ["iptables-save", "nft", "snapshot"] as const;

export const render: Command = defineCommand({
  name: "render",
  summary: "render",
  arguments: [{ name: "OWNER", required: true, choices: OWNERS }],
  options: {
    file: { kind: "values", short: "f", placeholder: "OBJECTS.yaml", file: true, help: "option-objects" },
    output: { kind: "choice", short: "o", choices: FORMS, help: "option-render-output" },
    ipv6: { kind: "flag", short: "6", help: "option-render-ipv6" },
  },
  examples: [
    "render kube-proxy -f OBJECTS.yaml",
    "render kube-proxy -f OBJECTS.yaml -6",
    "render kube-proxy -f OBJECTS.yaml -o nft | nft -f -",
    "render kube-proxy -f OBJECTS.yaml -o snapshot | hookwalk trace -f - --local --src 192.0.2.11 --dst 10.96.0.1:443",
  ],
  async run(values, [owner], context) {
    const { terminal, say, quiet, verbosity } = context;
    const renderOwner = renderers.get(owner ?? "");
    if (renderOwner === undefined) {
      const message = say.commandLine("bad-choice", { name: "OWNER", choices: OWNERS.join(", "), value: owner ?? "" });
      throw usageError(message);
    }
    if (values.output === "snapshot" && terminal.out.isTerminal) throw usageError(say.commandLine("capture-terminal"));
    const { files, diagnostics: unread } = await readFiles(values.file, context);
    const { value: state, diagnostics: faults } = readObjects(files);
    const { value: snapshot, diagnostics: problems } = renderOwner(state);
    const diagnostics = [...unread, ...faults, ...problems];
    if (!quiet) terminal.err.print(diagnosticsDocument(diagnostics, verbosity > 0, say, sourceIn(files)));
    if (snapshot !== null) {
      const form = values.output ?? usualForm(snapshot);
      if (form === "snapshot") await writeSnapshot(snapshot, context);
      else if (form === "nft") terminal.out.write(printNftScript(snapshot.nft ?? []));
      else {
        const selection = { family: values.ipv6 ? "ip6" : "ip", table: null, chain: null } as const;
        terminal.out.write(printDump("iptables-save", snapshot, selection));
      }
    }
    return exitCodeOf(diagnostics);
  },
});

/** What the owner writes its rules with, on this node. */
function usualForm({ tables, nft }: Snapshot): "iptables-save" | "nft" {
  return (tables.ip ?? []).length === 0 && (nft ?? []).length > 0 ? "nft" : "iptables-save";
}

/** Whoever pipes the rules on has to know that an object is missing in them. */
function exitCodeOf(diagnostics: readonly Diagnostic[]): ExitCode {
  return diagnostics.some(({ severity }) => severity === "error") ? EXIT.input : EXIT.ok;
}

async function readFiles(
  paths: readonly string[],
  { stdin, say }: Context,
): Promise<{ readonly files: readonly NamedText[]; readonly diagnostics: readonly Diagnostic[] }> {
  if (paths.length === 0) throw usageError(say.commandLine("no-objects"), say.commandLine("no-objects-hint"));
  return collect(paths, stdin, say);
}

/** A packed tar on standard output. Its time is no time: the same objects give the same bytes. */
async function writeSnapshot(snapshot: Snapshot, { terminal }: Context): Promise<void> {
  const files = [...snapshotFiles(snapshot)].map(([name, text]) => [name, Buffer.from(text)] as const);
  terminal.out.writeBytes(await archiveOf("snapshot", new Map(files), new Date(0)));
}
