import type { Family } from "../base/address.ts";
import type { Backend, Verbatim } from "../model/ruleset.ts";

/**
 * A line of iptables-save that stands for what another tool printed. All spellings of a rule are turned into this one, so
 * that one reader reads them, and a rule is the same value whoever showed it.
 */
export interface SavedLine {
  /** `:CHAIN POLICY [0:0]` or `-A CHAIN …`. */
  readonly text: string;
  readonly line: number;
  /** What the tool printed. */
  readonly original: string;
  /** Parts that the tool does not tell so that they could be spelled: unknown. */
  readonly lost: readonly Verbatim[];
  /** Stands for the target where the tool does not tell it; null: the target is in `text`. */
  readonly target: Verbatim | null;
}

/** One table in these lines. */
export interface SavedTable {
  readonly family: Family;
  readonly backend: Backend;
  /** "" where nothing tells it. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly lines: readonly SavedLine[];
}
