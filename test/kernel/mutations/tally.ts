/** What was seen of the changes of one node. */
export interface Tally {
  readonly kinds: Readonly<Record<string, KindTally>>;
  witnesses: number;
  packets: number;
  /** Chance decides: their walks were compared instead. */
  walked: number;
  readonly disagreements: string[];
}

/** Changes of one kind. */
export interface KindTally {
  /** A difference is reported. */
  different: number;
  /** Proved alike. */
  alike: number;
  /** What the tools do not load is no change. */
  refused: number;
}

export function newTally(kinds: Iterable<string>): Tally {
  const rows = [...kinds].map((kind): [string, KindTally] => [kind, { different: 0, alike: 0, refused: 0 }]);
  return { kinds: Object.fromEntries(rows), witnesses: 0, packets: 0, walked: 0, disagreements: [] };
}

export function tallyOf({ kinds }: Tally, kind: string): KindTally {
  const row = kinds[kind];
  if (row === undefined) throw new Error(`no such kind of change: ${kind}`);
  return row;
}

/** Those that were loaded. */
export function changesIn({ kinds }: Tally): number {
  return Object.values(kinds).reduce((sum, { different, alike }) => sum + different + alike, 0);
}

/** As a table: a line for each kind, and one for all. */
export function tallyLines({ kinds, witnesses, packets, walked, disagreements }: Tally): readonly string[] {
  const rows = Object.entries(kinds).map(
    ([kind, { different, alike, refused }]) => [kind, different, alike, refused] as const,
  );
  const sum = (at: 1 | 2 | 3): number => rows.reduce((all, row) => all + row[at], 0);
  const cells = [["", "reported", "proved alike", "not loadable"], ...rows, ["all", sum(1), sum(2), sum(3)]];
  return [
    ...cells.map(
      ([kind = "", ...numbers]) => String(kind).padEnd(24) + numbers.map((n) => String(n).padStart(14)).join(""),
    ),
    `${String(witnesses)} witnesses; ${String(packets)} packets alike, ${String(walked)} of them by their walks`,
    `${String(disagreements.length)} disagreements`,
  ];
}
