import type { Layout } from "./layouts.ts";
import { placeOf } from "./layouts.ts";

/** A file whose text is made when it is asked for; null: it is no text. */
export interface LazyFile {
  readonly path: string;
  read(): string | null;
}

/** One node of an archive: a snapshot of its own. */
export interface ArchivedNode<F extends LazyFile = LazyFile> {
  /** Unique in its archive: `worker-1`, and `worker-1/blue` for the network namespace `blue` on it. */
  readonly name: string;
  /** It is a network namespace beside the node's own. */
  readonly isNamespace: boolean;
  /** Each with the command that printed it; null: its name and content tell. */
  readonly files: readonly { readonly file: F; readonly command: string | null }[];
}

/**
 * The nodes of an archive, by the layouts of the tools that collect them; or of a directory of snapshots that each have
 * a `manifest.json`. In the order of their names. Empty: it is a plain snapshot, all of whose files belong together.
 */
export function nodesOf<F extends LazyFile>(files: readonly F[]): readonly ArchivedNode<F>[] {
  const collected = collectedNodes(files);
  const nodes = collected.length > 0 ? collected : snapshotNodes(files);
  return nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Found<F> {
  readonly layout: Layout;
  readonly root: string;
  readonly netns: string | null;
  readonly files: { readonly file: F; readonly command: string }[];
}

function collectedNodes<F extends LazyFile>(files: readonly F[]): ArchivedNode<F>[] {
  const found = new Map<string, Found<F>>();
  const proven = new Set<string>();
  for (const file of files) {
    const placed = placeOf(file.path);
    if (placed === null) continue;
    const { layout, root, netns, command, isProof } = placed;
    const key = JSON.stringify([root, netns]);
    const node = found.get(key) ?? { layout, root, netns, files: [] };
    found.set(key, node);
    node.files.push({ file, command });
    if (isProof) proven.add(root);
  }
  const nodes = [...found.values()].filter(({ root }) => proven.has(root));
  const nameOf = nodeNames(nodes, new Map(files.map((file) => [file.path, file])));
  return nodes.map(({ root, netns, files: own }) => ({
    name: netns === null ? nameOf(root) : `${nameOf(root)}/${netns}`,
    isNamespace: netns !== null,
    files: own,
  }));
}

/** A host name as people may type it; a file that should hold one may hold an error. */
const HOST_NAME = /^[A-Za-z0-9][\w.-]{0,252}$/;

/** What each directory's node calls itself; where two say the same, or none says anything, its directory tells. */
function nodeNames<F extends LazyFile>(
  nodes: readonly Found<F>[],
  files: ReadonlyMap<string, F>,
): (root: string) => string {
  const layouts = new Map(nodes.map(({ root, layout }) => [root, layout]));
  const names = new Map([...layouts].map(([root, layout]) => [root, ownName(root, layout, files)]));
  const labels = new Map([...layouts].map(([root, { label }]) => [root, label.exec(root)?.[1] ?? directoryName(root)]));
  const best = (root: string): string => names.get(root) ?? labels.get(root) ?? root;
  const bearers = new Map<string, number>();
  for (const root of layouts.keys()) bearers.set(best(root), (bearers.get(best(root)) ?? 0) + 1);
  return (root) => (bearers.get(best(root)) === 1 ? best(root) : root.replace(/\/$/, ""));
}

function ownName<F extends LazyFile>(
  root: string,
  { names }: Layout,
  files: ReadonlyMap<string, F>,
): string | undefined {
  const said = names.map((name) => files.get(`${root}${name}`)?.read()?.trim() ?? "");
  return said.find((name) => HOST_NAME.test(name));
}

function directoryName(root: string): string {
  return root.split("/").at(-2) ?? "node";
}

/** Directories with a manifest each. One alone is a plain snapshot. */
function snapshotNodes<F extends LazyFile>(files: readonly F[]): ArchivedNode<F>[] {
  const nodes = new Map<string, { readonly file: F; readonly command: null }[]>();
  for (const { path } of files) {
    if (path === "manifest.json" || path.endsWith("/manifest.json")) nodes.set(path.slice(0, -14), []);
  }
  if (nodes.size < 2 || nodes.has("")) return [];
  for (const file of files) {
    let root = file.path;
    do root = root.slice(0, Math.max(root.lastIndexOf("/"), 0));
    while (root !== "" && !nodes.has(root));
    nodes.get(root)?.push({ file, command: null });
  }
  return [...nodes].map(([name, own]) => ({ name, isNamespace: false, files: own }));
}
