import { selectNftTables, selectTables } from "@hookwalk/engine";
import type { Selection, Snapshot, Speaker } from "@hookwalk/engine";
import { nearest } from "../command-line/suggest.ts";
import { usageError } from "../errors.ts";
import type { HookwalkError } from "../errors.ts";

/** A table or chain that is not there is a slip of the finger: say what there is. */
export function checkNames(snapshot: Snapshot, selection: Selection, say: Speaker): void {
  const { table, chain } = selection;
  if (table === null) return;
  const all = selectAll(snapshot, { ...selection, table: null, chain: null });
  if (all.length === 0) return;
  const tables = selectAll(snapshot, { ...selection, chain: null });
  if (tables.length === 0) {
    const names = all.map((found) => found.table.name);
    throw unknownName(say.commandLine("no-table", { name: table }), table, names, say);
  }
  if (chain === null || selectAll(snapshot, selection).length > 0) return;
  const names = tables.flatMap((found) => found.chains.map(({ name }) => name));
  throw unknownName(say.commandLine("no-chain", { table, name: chain }), chain, names, say);
}

/** Tables of iptables and of nft alike: here only names count. */
function selectAll(snapshot: Snapshot, selection: Selection): readonly NamedTable[] {
  return [...selectTables(snapshot, selection), ...selectNftTables(snapshot, selection)];
}

interface NamedTable {
  readonly table: { readonly name: string };
  readonly chains: readonly { readonly name: string }[];
}

/** More names than this are no help. */
const LISTED = 20;

/** A name that is not there: the one that was probably meant, or all that there are. */
export function unknownName(message: string, typed: string, names: readonly string[], say: Speaker): HookwalkError {
  const like = nearest(typed, names);
  if (like !== null) return usageError(message, say.commandLine("did-you-mean", { name: like }));
  const distinct = [...new Set(names)];
  const listed = distinct.slice(0, LISTED).join(", ") + (distinct.length > LISTED ? ", …" : "");
  return usageError(message, say.commandLine("there-is", { names: listed }));
}
