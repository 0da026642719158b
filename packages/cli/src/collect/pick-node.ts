import type { ArchivedNode, Diagnostic, Speaker } from "@hookwalk/engine";
import { usageError } from "../errors.ts";

/** More names than this are no help. */
const LISTED = 20;

/**
 * The node that was named, or the only one there is. Null: the input is one plain snapshot. Throws a usage error where
 * there are several and none was named, or none has that name.
 */
export function pickNode(
  nodes: readonly ArchivedNode[],
  { path, node: wanted }: { readonly path: string; readonly node: string | null },
  say: Speaker,
): ArchivedNode | null {
  const found = nodes.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  if (wanted !== null) {
    if (nodes.length === 0) throw usageError(say.commandLine("one-snapshot", { path, name: wanted }));
    const hint = say.commandLine("there-is", { names: listed(nodes) });
    throw usageError(say.commandLine("no-node", { path, name: wanted }), hint);
  }
  const hosts = nodes.filter(({ isNamespace }) => !isNamespace);
  const [first, ...others] = hosts.length === 0 ? nodes : hosts;
  if (first === undefined || others.length === 0) return first ?? null;
  const params = { path, count: others.length + 1, names: listed([first, ...others]) };
  const hint = say.commandLine("several-nodes-hint", { path, first: first.name });
  throw usageError(say.commandLine("several-nodes", params), hint);
}

function listed(nodes: readonly ArchivedNode[]): string {
  const names = nodes.slice(0, LISTED).map(({ name }) => name);
  return names.join(", ") + (nodes.length > LISTED ? ", …" : "");
}

/** What else the archive holds beside the node that is read. */
export function asideOf(
  node: ArchivedNode,
  nodes: readonly ArchivedNode[],
  path: string,
  files: number,
): readonly Diagnostic[] {
  const about = { severity: "info", span: { file: path, line: 1 } } as const;
  const inNodes = nodes.reduce((sum, { files: own }) => sum + own.length, 0);
  const inside = nodes.filter(({ name }) => name.startsWith(`${node.name}/`));
  const [first] = inside;
  const diagnostics: Diagnostic[] = [];
  if (files > inNodes)
    diagnostics.push({ ...about, code: "files-aside", params: { count: files - inNodes, node: node.name } });
  if (first !== undefined) {
    const params = { node: node.name, names: listed(inside), path, first: first.name };
    diagnostics.push({ ...about, code: "namespaces-beside", params });
  }
  return diagnostics;
}
