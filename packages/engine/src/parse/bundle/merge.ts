import type { IpSet } from "../../model/sets.ts";
import type { Socket } from "../../model/host.ts";
import type { NftTable } from "../../model/nft.ts";
import type { Link } from "../../model/routing.ts";

/**
 * Joins what several files say of one kind of thing. Inside a file everything stands as it is; what a later file says
 * again (the JSON beside the text, a table beside `table all`) is one thing, not two.
 */
export function joinLists<T>(
  earlier: readonly T[] | null,
  later: readonly T[],
  keyOf: (item: T) => string,
  merge: (a: T, b: T) => T = (a) => a,
): readonly T[] {
  if (earlier === null || earlier.length === 0) return later;
  const joined = [...earlier];
  const places = new Map(earlier.map((item, index) => [keyOf(item), index]));
  for (const item of later) {
    const at = places.get(keyOf(item));
    const known = at === undefined ? undefined : joined[at];
    if (at === undefined || known === undefined) joined.push(item);
    else joined[at] = merge(known, item);
  }
  return joined;
}

/** Everything that a statement says, without where it stands and words that only some forms print. */
export function statementKey(statement: object): string {
  return JSON.stringify(statement, (key, value: unknown) => {
    if (key === "span" || key === "extras") return undefined;
    return typeof value === "bigint" ? `${String(value)}n` : value;
  });
}

/** `ip addr` and `ip link` of one device: each says something that the other leaves out. */
export function mergeLinks(a: Link, b: Link): Link {
  const [base, other] = a.partial === true && b.partial !== true ? [b, a] : [a, b];
  const details = longer(base.details, other.details);
  const statistics = longer(base.statistics, other.statistics);
  return {
    ...base,
    peer: base.peer ?? other.peer,
    master: base.master ?? other.master,
    state: base.state ?? other.state,
    type: base.type ?? other.type,
    mac: base.mac ?? other.mac,
    kind: base.kind ?? other.kind,
    group: base.group ?? other.group,
    addresses: joinLists(base.addresses, other.addresses, statementKey),
    extras: joinLists(base.extras ?? null, other.extras ?? [], ([name]) => name),
    ...(details !== undefined && { details }),
    ...(statistics !== undefined && { statistics }),
  };
}

/** The lines of the more detailed listing. */
function longer(a: readonly string[] | undefined, b: readonly string[] | undefined): readonly string[] | undefined {
  return (b?.length ?? 0) > (a?.length ?? 0) ? b : a;
}

/** A listing with options (`--inet-sockopt`, `-e`) knows more of a socket than one without. */
export function mergeSockets(a: Socket, b: Socket): Socket {
  return {
    ...a,
    transparent: a.transparent ?? b.transparent,
    uid: a.uid ?? b.uid,
    mark: a.mark ?? b.mark,
    v6only: a.v6only ?? b.v6only,
  };
}

/** Members that were listed are better than none; otherwise the later listing holds. */
export function mergeSets(a: IpSet, b: IpSet): IpSet {
  return b.terse === true && a.terse !== true ? a : b;
}

/** Of two listings of a table of nft the one that tells more; then the earlier. */
export function mergeNftTables(a: NftTable, b: NftTable): NftTable {
  return toldOf(b) > toldOf(a) ? b : a;
}

/** What sets hold counts most; JSON, whose rules have no text, leaves out devices, comments and more (print/nft-json). */
function toldOf({ sets, chains }: NftTable): number {
  const isTerse = sets.some(({ elements }) => elements === null);
  const isJson = chains.some(({ rules }) => rules.some(({ text }) => text === null));
  return (isTerse ? 0 : 2) + (isJson ? 0 : 1);
}
