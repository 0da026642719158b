import { diagnosticsDocument, parseSnapshot } from "@hookwalk/engine";
import type { Diagnostic, NamedText, Snapshot, Span } from "@hookwalk/engine";
import { collect, collectNodes } from "../collect/collect.ts";

import type { Context } from "../command-line/command.ts";
import { EXIT, HookwalkError, usageError } from "../errors.ts";
import { withProgress } from "../terminal/progress.ts";

/** What `-f` named, read and understood; what people should know about it was said on standard error. */
export interface Input {
  readonly snapshot: Snapshot;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the snapshot that a command's `-f` names. Throws where there is none, or nothing in it is a dump. */
export async function readSnapshot(paths: readonly string[], context: Context): Promise<Input> {
  const { say, terminal, stdin, quiet, verbosity } = context;
  if (paths.length === 0) throw usageError(say.commandLine("no-input"), say.commandLine("no-input-hint"));
  const names = paths.join(", ");
  return withProgress(terminal.err, say.commandLine("reading", { path: names }), async () => {
    const { name, files, diagnostics: unread } = await collect(paths, stdin, say);
    const snapshot = parseSnapshot(files, { name });
    if (snapshot.files.every(({ format }) => format === null)) {
      const message = say.commandLine("nothing-recognised", { path: names });
      throw new HookwalkError("nothing-recognised", EXIT.input, message, say.commandLine("nothing-recognised-hint"));
    }
    const diagnostics = [...unread, ...snapshot.diagnostics];
    if (!quiet) terminal.err.print(diagnosticsDocument(diagnostics, verbosity > 0, say, sourceIn(files)));
    return { snapshot, diagnostics };
  });
}

/** What may stand behind `#` in `-f ARCHIVE#NODE`: the nodes of the archives that `-f` names, in their order. */
export async function readNodes(paths: readonly string[], context: Context): Promise<readonly string[]> {
  const { say, terminal, stdin } = context;
  if (paths.length === 0) throw usageError(say.commandLine("no-input"), say.commandLine("no-input-hint"));
  const label = say.commandLine("reading", { path: paths.join(", ") });
  const nodes = await withProgress(terminal.err, label, async () => {
    const found = [];
    for (const path of paths) found.push(await collectNodes(path, stdin, say));
    return found.flat();
  });
  return nodes.map(({ name }) => name);
}

/** The line of a file that a diagnostic speaks of; null where there is no such line. */
export function sourceIn(files: readonly NamedText[]): (span: Span) => string | null {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return ({ file, line }) => {
    const text = texts.get(file);
    if (text === undefined) return null;
    let start = 0;
    for (let number = 1; number < line; number++) {
      const end = text.indexOf("\n", start);
      if (end < 0) return null;
      start = end + 1;
    }
    const end = text.indexOf("\n", start);
    return text.slice(start, end < 0 ? undefined : end).replace(/\r$/, "");
  };
}
