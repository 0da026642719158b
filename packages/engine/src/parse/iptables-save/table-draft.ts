import type { Family } from "../../base/address.ts";
import type { Span } from "../../base/span.ts";
import type { Backend, Chain, Counters, Rule } from "../../model/ruleset.ts";

/** A chain under way; the finished Chain is the same object. */
export interface ChainDraft extends Chain {
  policy: string | null;
  counters: Counters | null;
  rules: Rule[];
  /** See names.ts. */
  readonly isJumpable: boolean;
}

/** A table under way. */
export interface TableDraft {
  readonly family: Family;
  readonly backend: Backend;
  readonly name: string;
  readonly chains: Map<string, ChainDraft>;
  /** The chain of the last rule: the next one is likely in it, too. */
  lastChain: ChainDraft | null;
  /**
   * Where the rules stand: line number and start of the line, for each. They have been read, and what is wrong with them
   * was reported, but nothing of them was kept; that happens when somebody asks for them. Null: they are in `rules`.
   */
  lines: Int32Array | null;
  lineCount: number;
  rules: Rule[];
  readonly span: Span;
  readonly header: readonly string[];
  readonly footer: string[];
  committed: boolean;
  /** Jumps to chains that had not been declared yet. */
  readonly openJumps: OpenJump[];
}

interface OpenJump {
  readonly chain: string;
  readonly line: number;
  readonly lineStart: number;
  readonly lineEnd: number;
  /** Where the chain's name stands in the text. */
  readonly start: number;
  readonly end: number;
}
