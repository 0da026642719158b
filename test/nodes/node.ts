import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NamedText, Snapshot } from "@hookwalk/engine";
import { parseSnapshot } from "@hookwalk/engine";

export const NODES: string = fileURLToPath(new URL(".", import.meta.url));

/** Every node of this folder, by name. */
export const nodeNames: readonly string[] = readdirSync(NODES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The files of a node. */
export function textsOf(node: string): readonly NamedText[] {
  const files = readdirSync(join(NODES, node)).filter((file) => /\.(txt|json)$/.test(file));
  return files.map((path) => ({ path, text: readFileSync(join(NODES, node, path), "utf8") }));
}

/** A node as its files say, or as they would say after `edit`. */
export function readNode(node: string, edit: (file: NamedText) => string = ({ text }) => text): Snapshot {
  return parseSnapshot(
    textsOf(node).map((file) => ({ path: file.path, text: edit(file) })),
    { name: node },
  );
}

/** One line of `packets.jsonl`. */
export interface NodePacket {
  readonly name: string;
  /** The verdict that the document lets one expect. */
  readonly expect: string;
  /** The rule that decides, `table/chain/number`; null where a policy, a route or nothing does. */
  readonly decides: string | null;
  /** The whole line, as `hookwalk trace --packets` takes it. */
  readonly line: ReadonlyMap<string, unknown>;
  /** The packet alone. */
  readonly fields: ReadonlyMap<string, unknown>;
}

const ABOUT: ReadonlySet<string> = new Set(["name", "expect", "decides"]);

export function packetsOf(node: string): readonly NodePacket[] {
  const lines = readFileSync(join(NODES, node, "packets.jsonl"), "utf8")
    .trim()
    .split("\n");
  return lines.map((text) => {
    // A packet set of our own: an object a line.
    const line = new Map(Object.entries(JSON.parse(text) as Readonly<Record<string, unknown>>));
    const decides = line.get("decides");
    return {
      name: String(line.get("name")),
      expect: String(line.get("expect")),
      decides: typeof decides === "string" ? decides : null,
      line,
      fields: new Map([...line].filter(([key]) => !ABOUT.has(key))),
    };
  });
}
