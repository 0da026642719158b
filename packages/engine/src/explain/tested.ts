/** What a rule asks that a hook or the dumps may have no answer to. */
export interface Tested {
  /** Whether the test of the device that a packet came in by is turned round; null: there is none. */
  readonly iif: boolean | null;
  readonly oif: boolean | null;
  /** Sets by name; of nft also what else a table holds. */
  readonly sets: readonly string[];
}
