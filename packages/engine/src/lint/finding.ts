import type { Family } from "../base/address.ts";
import type { Span } from "../base/span.ts";
import type { Node } from "../explain/node.ts";
import type { CheckName, LintMessage, Params } from "../messages/catalogue.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Program } from "../program/program.ts";
import type { Witness } from "../witness/witness.ts";

export type Severity = "error" | "warning" | "info";

/** Something that a person should know about a node's rules, or about the listings that show them. */
export interface Finding {
  /** Stable; the name of the check that made it. */
  readonly check: string;
  readonly severity: Severity;
  readonly message: LintMessage;
  readonly params: FindingParams;
  readonly where: Place;
  /** Other places that it is about, each with the line as it stands there. */
  readonly related: readonly RelatedPlace[];
  /** A packet that shows it, as the walk confirms; null where no packet does, or none was found. */
  readonly witness: Shown | null;
}

/** A packet, how to ask `hookwalk trace` for it, and what has to be so for it to show the finding. */
export type Shown = Pick<Witness, "packet" | "options" | "conditions">;

/** What fills the holes of a message: a text, or another message. */
export type FindingParams = Readonly<Record<string, string | number | Said>>;

export interface Said {
  readonly message: LintMessage;
  readonly params: Params;
}

/** Where in the ruleset, as far as it is about one table, chain or rule; and the line of a file to look at. */
export interface Place {
  readonly family: Family | null;
  readonly table: string | null;
  readonly chain: string | null;
  /** From 1. */
  readonly rule: number | null;
  readonly span: Span;
}

export interface RelatedPlace {
  readonly span: Span;
  readonly text: string;
}

/** What checks look at. The program is compiled, and owners are told, when the first check asks for it. */
export interface Subject {
  readonly snapshot: Snapshot;
  readonly program: () => Program;
  /** Every rule with whose it is. */
  readonly node: () => Node;
}

/** One check: a file of `checks/`. */
export interface Check {
  /** Kebab-case; stands in every finding. What it finds is said in `messages/checks-en.ts`, when and what to do in `about-checks-en.ts`. */
  readonly name: CheckName;
  /** Of its findings, the worst first. */
  readonly severities: readonly Severity[];
  /** Lines, as tools print them, that it would name. */
  readonly example: readonly string[];
  run(subject: Subject): readonly Finding[];
}
