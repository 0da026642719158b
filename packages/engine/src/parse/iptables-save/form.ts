import type { NamedOption } from "../../ext/xt/args.ts";
import type { MatchExtension, TargetExtension } from "../../ext/xt/define.ts";
import type { Args } from "../../model/ruleset.ts";

/**
 * The form of a rule's line: all of its text behind `-A CHAIN` but the words that differ from rule to rule. Most lines of
 * a dump have the form of one of the last few; then only those words need to be read to know that the whole line can be,
 * which is most of what a first reading of a large dump has to find out.
 */
export interface Form {
  /** The text before each place, and behind the last one: one more than there are places. */
  readonly texts: readonly string[];
  readonly places: readonly Place[];
  /** The form of the line that came behind one of this form, the last time. */
  next: Form | null;
}

/** The forms of the lines read so far. */
export interface Forms {
  /** The latest first, but for those that came as expected. */
  readonly latest: Form[];
  /** Of the line before. */
  last: Form | null;
}

/** What may stand at such a place: any word that would be read there without complaint. */
export type Place =
  /** A chain that is declared. */
  | { readonly kind: "chain"; readonly word: number }
  | { readonly kind: "net"; readonly word: number }
  | { readonly kind: "device"; readonly word: number }
  | {
      readonly kind: "value";
      readonly word: number;
      readonly option: NamedOption;
      readonly checked: Checked | null;
    };

/** The extension that may complain of a value. */
export interface Checked {
  readonly extension: MatchExtension | TargetExtension;
  /** Of the line that the form was taken from, not normalised. */
  readonly args: Args;
}
