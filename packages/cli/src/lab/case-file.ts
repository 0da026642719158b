/** A case file, read: one belief about netfilter, on what node, with what packets. See test/cases/README.md. */
export interface CaseFile {
  readonly belief: string;
  readonly source: string | null;
  readonly backends: readonly Backend[];
  /** Why no kernel can run this; null where one can. */
  readonly noKernel: string | null;
  /** What the case takes as given where the snapshot leaves the walk a choice: a condition in the walk's words, and its answer. */
  readonly given: ReadonlyMap<string, boolean>;
  /** What the kernel picks at random. */
  readonly random: CaseRandom;
  readonly files: readonly CaseSection[];
  readonly events: readonly CaseEvent[];
  /** What is wrong with the file itself. */
  readonly problems: readonly string[];
}

/** Values that the kernel is free to pick: the file names them `{1}`, `{2}` … in the order in which they turn up. */
export interface CaseRandom {
  /** Ports of NAT. */
  readonly ports: { readonly from: number; readonly to: number } | null;
  /** Devices of the next hops of one route. */
  readonly devices: readonly string[];
}

export type Backend = "legacy" | "nft";

/** A file of the snapshot. */
export interface CaseSection {
  readonly name: string;
  readonly text: string;
}

type CaseEvent = { readonly kind: "flush" } | CasePacket;

export interface CasePacket {
  readonly kind: "packet";
  /** As they stand behind `--- packet`. */
  readonly options: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly expected: readonly string[];
  /** Of the `--- packet` line, from 1. */
  readonly line: number;
}

const BACKENDS: ReadonlyMap<string, readonly Backend[]> = new Map<string, readonly Backend[]>([
  ["legacy", ["legacy"]],
  ["nft", ["nft"]],
  ["both", ["legacy", "nft"]],
]);

const SECTION = "--- ";

interface Block {
  /** What stands behind `---`. */
  readonly head: string;
  readonly line: number;
  readonly lines: readonly string[];
}

export function parseCaseFile(text: string): CaseFile {
  const [header, ...blocks] = splitBlocks(text);
  const [belief = "", ...headerLines] = header?.lines ?? [];
  const problems: string[] = [];
  const settings = readHeader(headerLines, problems);
  const files: CaseSection[] = [];
  const events: CaseEvent[] = [];
  for (const block of blocks) {
    const [name, options] = splitOnce(block.head);
    if (name === "packet") events.push(readPacketBlock(block, options));
    else if (name === "flush") events.push({ kind: "flush" });
    else files.push({ name, text: block.lines.map((line) => `${line}\n`).join("") });
  }
  // Rules of nft itself are the same whatever holds those of iptables.
  const isNftAlone = files.some(({ name }) => name === "nft") && !files.some(({ name }) => name.includes("tables"));
  if (belief.trim() === "") problems.push("the first line must say what the case is about");
  return { belief, ...settings, ...(isNftAlone ? { backends: ["nft"] } : {}), files, events, problems };
}

function splitBlocks(text: string): readonly Block[] {
  const blocks: { head: string; line: number; lines: string[] }[] = [{ head: "", line: 1, lines: [] }];
  for (const [at, line] of text.replace(/\n$/, "").split("\n").entries()) {
    if (line.startsWith(SECTION)) blocks.push({ head: line.slice(SECTION.length).trim(), line: at + 1, lines: [] });
    else blocks.at(-1)?.lines.push(line);
  }
  return blocks.map((block) => ({ ...block, lines: trimEnd(block.lines) }));
}

function trimEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line.trim() !== "") + 1);
}

function splitOnce(text: string): readonly [string, string] {
  const blank = text.indexOf(" ");
  return blank < 0 ? [text, ""] : [text.slice(0, blank), text.slice(blank + 1).trim()];
}

function readHeader(
  lines: readonly string[],
  problems: string[],
): Pick<CaseFile, "source" | "backends" | "noKernel" | "given" | "random"> {
  let source: string | null = null;
  let backends: readonly Backend[] = ["legacy", "nft"];
  let noKernel: string | null = null;
  const given = new Map<string, boolean>();
  let random: CaseRandom = { ports: null, devices: [] };
  for (const line of lines) {
    const [, name, value = ""] = /^([a-z]+): (.*)$/.exec(line) ?? [];
    if (line.trim() === "") continue;
    if (name === "source") source = value;
    else if (name === "backend" && BACKENDS.has(value)) backends = BACKENDS.get(value) ?? backends;
    else if (name === "kernel" && /^no ./.test(value)) noKernel = value.slice(3);
    else if (name === "given") given.set(value.replace(/^not /, ""), !value.startsWith("not "));
    else if (name === "random" && readRandom(value) !== null) random = readRandom(value) ?? random;
    else problems.push(`not a header line: ${line}`);
  }
  return { source, backends, noKernel, given, random };
}

/** `port 1024-65535` or `device eth1 eth2`. */
function readRandom(value: string): CaseRandom | null {
  const [, from, to] = /^port (\d+)-(\d+)$/.exec(value) ?? [];
  if (from !== undefined && to !== undefined) return { ports: { from: Number(from), to: Number(to) }, devices: [] };
  const [, names] = /^device (\S+(?: \S+)+)$/.exec(value) ?? [];
  return names === undefined ? null : { ports: null, devices: names.split(" ") };
}

function readPacketBlock(block: Block, options: string): CasePacket {
  const fields = new Map<string, string>();
  let name: string | null = null;
  for (const word of options.split(/\s+/)) {
    if (word.startsWith("--")) {
      name = word.slice(2);
      fields.set(name, "");
    } else if (name !== null) fields.set(name, word);
  }
  const expected = block.lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  return { kind: "packet", options, fields, expected, line: block.line };
}

/** The file with other expected lines: `expected` holds one list for each packet, in order. */
export function rewriteCaseFile(text: string, expected: readonly (readonly string[])[]): string {
  let packet = 0;
  const blocks = splitBlocks(text).map(({ head, lines }, at) => {
    const own = at === 0 ? [] : [SECTION + head];
    if (splitOnce(head)[0] !== "packet" || at === 0) return [...own, ...lines];
    const comments = lines.filter((line) => line.startsWith("#"));
    return [...own, ...comments, ...(expected[packet++] ?? [])];
  });
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
