import type { Span } from "../../base/span.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Table } from "../../model/ruleset.ts";
import type { IpSet } from "../../model/sets.ts";
import type { Snapshot, SnapshotFile } from "../../model/snapshot.ts";
import { newDraft } from "./draft.ts";
import type { SnapshotDraft } from "./draft.ts";
import { hintsOfCommand, hintsOfPath } from "./formats.ts";
import type { Format, Hints } from "./formats.ts";
import { READERS } from "./readers.ts";
import { recognise } from "./recognise.ts";
import { sectionsOf } from "./sections.ts";
import { mergedTables } from "./merged-tables.ts";

/** A file of a snapshot, as text. */
export interface NamedText {
  readonly path: string;
  readonly text: string;
  /** The command that printed it, where the archive that it comes from tells. Absent: its name and content tell. */
  readonly command?: string;
}

export interface SnapshotOptions {
  /** What to call the snapshot. */
  readonly name: string;
}

/**
 * Reads the files of one node. The content decides what a file is; its name tells the family, the backend and the table
 * where the content does not. Files of one kind are joined, and what no file speaks of stays null: unknown.
 */
export function parseSnapshot(files: readonly NamedText[], { name }: SnapshotOptions): Snapshot {
  const draft = newDraft();
  const read = files.map((file) => readFile(file, files.length === 1, draft));
  const [ip, ip6] = [mergedTables(draft, "ip"), mergedTables(draft, "ip6")];
  const { nft, rules, routes, links, neighbours, conntrack, sockets, sysctls, ipvs, cni, manifest } = draft;
  const diagnostics = withoutNamed(draft.diagnostics, [...(ip.tables ?? []), ...(ip6.tables ?? [])]);
  const sets = draft.sets === null ? null : listedSets(draft.sets, diagnostics);
  return {
    name,
    tables: { ip: ip.tables, ip6: ip6.tables },
    nft,
    views: [...ip.merged, ...ip6.merged],
    sets,
    rules,
    routes,
    links,
    neighbours,
    conntrack,
    sockets,
    sysctls,
    ipvs,
    cni,
    manifest,
    files: read,
    diagnostics,
  };
}

/** Rules before any table are no trouble where the other files tell which table they are in. */
function withoutNamed(diagnostics: readonly Diagnostic[], tables: readonly Table[]): Diagnostic[] {
  const nameless = new Set(tables.filter(({ name }) => name === "").map(({ span }) => span.file));
  return diagnostics.filter(({ code, span }) => code !== "no-table" || nameless.has(span.file));
}

/** Files that a snapshot directory holds beside the dumps. */
const COMPANIONS = /(^|\/)(README[^/]*|packets\.jsonl|(objects|tests)\.ya?ml|goldens\/.*)$/;

/** A file among others is a dump only where this much of it looks like one; a lone file is read whatever stands around. */
const ENOUGH = 0.15;

function readFile(file: NamedText, isAlone: boolean, draft: SnapshotDraft): SnapshotFile {
  const { path } = file;
  // A byte order mark says nothing.
  const text = file.text.startsWith("\uFEFF") ? file.text.slice(1) : file.text;
  if (file.command !== undefined) return readListing(path, text, file.command, draft);
  if (!isAlone && COMPANIONS.test(path)) return { path, format: null };
  const hints = hintsOfPath(path);
  const formats = isAlone ? readSections(text, path, hints, draft) : null;
  if (formats !== null) return { path, format: [...formats].join(" ") };
  const format = formatOf(text, hints, isAlone);
  if (format === null) sayUnknown(path, draft);
  else READERS[format]({ file: path, text, firstLine: 1, hints }, draft);
  return { path, format };
}

function sayUnknown(path: string, draft: SnapshotDraft): void {
  draft.diagnostics.push({
    code: "unknown-file",
    severity: "info",
    params: { file: path },
    span: { file: path, line: 1 },
  });
}

/** What cilium-bugtool and kubectl write behind the output of a command that failed. */
const FAILURE = /^(?:> Error while running '.*|command terminated with (?:non-zero )?exit code.*)\s*$/;
const FAILURE_WIDTH = 400;

/**
 * A listing of an archive. One that broke off says nothing of what it does not show, so that only settings are taken
 * from it: each of those stands for itself.
 */
function readListing(path: string, raw: string, command: string, draft: SnapshotDraft): SnapshotFile {
  const hints = hintsOfCommand(command);
  // `kubectl exec -t` ends lines as a terminal does.
  const text = raw.includes("\r\n") ? raw.replaceAll("\r\n", "\n") : raw;
  const [failure] = text.trimEnd().slice(-FAILURE_WIDTH).split("\n").slice(-1);
  const hasFailed = failure !== undefined && FAILURE.test(failure);
  const format = hints === null ? null : formatOf(text, hints, false);
  if (hasFailed) {
    const span = lastLine(path, text);
    draft.diagnostics.push({ code: "command-failed", severity: "warning", params: { command }, span });
    if (format !== "sysctl") return { path, format: null };
  }
  if (hints === null || format === null) sayUnknown(path, draft);
  else READERS[format]({ file: path, text, firstLine: 1, hints }, draft);
  return { path, format };
}

function lastLine(file: string, text: string): Span {
  return { file, line: text.trimEnd().split("\n").length };
}

/** Where the content says nothing, the name does. */
function formatOf(text: string, hints: Hints, isAlone: boolean): Format | null {
  const { format, share, isEmpty } = recognise(text);
  if (isEmpty) return hints.format ?? null;
  const isEnough = isAlone || hints.format !== undefined || share >= ENOUGH;
  return isEnough ? format : null;
}

/** A page of commands and what they printed; null: it is not such a page. */
function readSections(text: string, path: string, ofPath: Hints, draft: SnapshotDraft): Set<Format> | null {
  const sections = sectionsOf(text);
  if (sections === null) return null;
  const formats = new Set<Format>();
  for (const section of sections) {
    if (section.hints === null) continue;
    const hints = { ...ofPath, ...section.hints };
    const format = section.hints.format ?? formatOf(section.text, {}, false);
    if (format === null) continue;
    formats.add(format);
    READERS[format]({ file: path, text: section.text, firstLine: section.firstLine, hints }, draft);
  }
  return formats;
}

/** Sets whose members are known. Without its members a set is unknown, not empty. */
function listedSets(sets: readonly IpSet[], diagnostics: Diagnostic[]): readonly IpSet[] {
  return sets.filter((set) => {
    if (set.terse !== true) return true;
    diagnostics.push({ code: "terse-set", severity: "warning", params: { set: set.name }, span: set.span });
    return false;
  });
}
