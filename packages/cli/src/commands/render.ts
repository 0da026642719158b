import { diagnosticsDocument, showJson } from "@hookwalk/engine";
import type { Diagnostic, NamedText, Snapshot } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderers, renderNode, renderOwners } from "@hookwalk/engine/render";
import type { Rendered } from "@hookwalk/engine/render";
import { collect } from "../collect/collect.ts";
import { archiveOf } from "../collect/store.ts";
import { defineCommand } from "../command-line/command.ts";
import type { Command, Context } from "../command-line/command.ts";
import { EXIT, usageError } from "../errors.ts";
import type { ExitCode } from "../errors.ts";
import { snapshotFiles } from "./dump.ts";
import { sourceIn } from "./input.ts";
import { writeData } from "./output.ts";
import { formsOf, printForm, RENDER_FORMS, usualForm } from "./render-forms.ts";

/** All owners that the objects speak of, one after the other. */
const WHOLE_NODE = "node";
const OWNERS = [...renderers.keys(), WHOLE_NODE];
/** Those that show everything; all others show rules of iptables of one family. */
const WHOLE_FORMS = ["snapshot", "json"] as const;
const FORMS = [...RENDER_FORMS, ...WHOLE_FORMS] as const;

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
    "render kube-proxy -f OBJECTS.yaml -6 -o iptables-restore | ip6tables-restore --noflush",
    "render kube-proxy -f OBJECTS.yaml -o nft | nft -f -",
    "render cilium -f OBJECTS.yaml -o ip | ip -batch -",
    "render node -f OBJECTS.yaml -o ipset",
    "render kube-proxy -f OBJECTS.yaml -o snapshot | hookwalk trace -f - --local --src 192.0.2.11 --dst 10.96.0.1:443",
  ],
  async run(values, [owner = ""], context) {
    const { terminal, say, quiet, verbosity } = context;
    if (!OWNERS.includes(owner)) {
      throw usageError(say.commandLine("bad-choice", { name: "OWNER", choices: OWNERS.join(", "), value: owner }));
    }
    if (values.output === "snapshot" && terminal.out.isTerminal) throw usageError(say.commandLine("capture-terminal"));
    const { files, diagnostics: unread } = await readFiles(values.file, context);
    const { value: state, diagnostics: faults } = readObjects(files);
    const family = values.ipv6 ? "ip6" : "ip";
    const families = isWhole(values.output) ? undefined : ([family] as const);
    const { value: rendered, diagnostics: problems } =
      owner === WHOLE_NODE ? renderNode(state, families) : renderOwners([owner], state, families);
    const diagnostics = [...unread, ...faults, ...problems];
    if (!quiet) terminal.err.print(diagnosticsDocument(diagnostics, verbosity > 0, say, sourceIn(files)));
    if (rendered !== null) {
      await write(rendered, values.output, family, owner, context);
    }
    return exitCodeOf(diagnostics);
  },
});

function isWhole(output: (typeof FORMS)[number] | undefined): boolean {
  return WHOLE_FORMS.some((form) => form === output);
}

async function write(
  rendered: Rendered,
  output: (typeof FORMS)[number] | undefined,
  family: "ip" | "ip6",
  owner: string,
  context: Context,
): Promise<void> {
  const { terminal, say } = context;
  const { snapshot } = rendered;
  if (output === "snapshot") return writeSnapshot(snapshot, context);
  if (output === "json") {
    return writeData(terminal.out, output, showJson(snapshot, { family: null, table: null, chain: null }));
  }
  const text = output === undefined ? usualForm(rendered, family) : printForm(output, rendered, family);
  if (text === "") {
    const forms = [...formsOf(rendered, family), ...WHOLE_FORMS].join(", ");
    const hint = say.commandLine("render-forms", { forms });
    throw usageError(say.commandLine("render-no-form", { owner, form: output ?? RENDER_FORMS[0] }), hint);
  }
  terminal.out.write(text);
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
