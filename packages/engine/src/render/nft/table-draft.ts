import { elementsPerLine } from "../../ext/nft/elements-per-line.ts";
import type { NftBaseChain, NftChain, NftElement, NftExpression, NftRule, NftSet } from "../../model/nft.ts";
import type { NftStatement, NftTable } from "../../model/nft.ts";
import { concat, literal } from "./expression.ts";
import { element } from "./anonymous-set.ts";

/** A named set, or with `data` a map. What is absent nft does not print. */
export interface SetDeclaration {
  readonly name: string;
  /** The datatypes of a key's parts. */
  readonly type: readonly string[];
  readonly data?: readonly string[];
  readonly flags?: readonly string[];
  /** Seconds. */
  readonly timeout?: number;
  readonly size?: number;
  readonly comment?: string;
}

interface ChainDraft {
  readonly base: NftBaseChain | null;
  readonly comment: string | null;
  readonly rules: Pick<NftRule, "statements" | "comment">[];
}

interface SetDraft {
  readonly declaration: SetDeclaration;
  /** By key, as it is written. */
  readonly elements: Map<string, NftElement>;
}

/** A table of nft while it is written: sets and chains in the order in which they were added, which is that of the listing. */
export class NftTableDraft {
  readonly #head: Pick<NftTable, "family" | "name" | "comment">;
  readonly #sets = new Map<string, SetDraft>();
  readonly #chains = new Map<string, ChainDraft>();

  constructor(head: Pick<NftTable, "family" | "name" | "comment">) {
    this.#head = head;
  }

  /** `add chain`; one that is there already stays as it is. */
  chain(name: string, how: Partial<Pick<NftChain, "base" | "comment">> = {}): void {
    const { base = null, comment = null } = how;
    if (!this.#chains.has(name)) this.#chains.set(name, { base, comment, rules: [] });
  }

  /** `add rule`. */
  rule(chain: string, statements: readonly NftStatement[], comment: string | null = null): void {
    const draft = this.#chains.get(chain);
    if (draft === undefined) throw new Error(`no chain ${chain}`);
    draft.rules.push({ statements, comment });
  }

  /** `add set` or `add map`. */
  set(declaration: SetDeclaration): void {
    this.#sets.set(declaration.name, { declaration, elements: new Map() });
  }

  /** `add element`: of two with one key the later counts. */
  element(
    set: string,
    key: readonly (string | NftExpression)[],
    data: NftElement["data"] = null,
    comment: string | null = null,
  ): void {
    const draft = this.#sets.get(set);
    if (draft === undefined) throw new Error(`no set ${set}`);
    draft.elements.set(JSON.stringify(key), element(keyOf(key), data, comment));
  }

  /** The table as nft lists it. Each piece has the line that it stands on when the table is printed from `firstLine` on. */
  finish(file: string, firstLine: number): { readonly table: NftTable; readonly nextLine: number } {
    let line = firstLine + (this.#head.comment === null ? 1 : 2);
    /** Where a block of so many lines between its braces begins; an empty line stands before the next one. */
    const place = (lines: number): number => {
      const at = line;
      line += lines + 3;
      return at;
    };
    const sets = [...this.#sets.values()].map((draft): NftSet => {
      const set = setOf(draft);
      return { ...set, span: { file, line: place(linesOf(set)) } };
    });
    const chains = [...this.#chains].map(([name, { base, comment, rules }]): NftChain => {
      const head = (base === null ? 0 : 1) + (comment === null ? 0 : 1);
      const at = place(head + rules.length);
      const placed = rules.map(({ statements, comment: about }, index): NftRule => {
        const here = { file, line: at + head + 1 + index };
        return { statements, comment: about, handle: null, text: null, ...here };
      });
      return { name, handle: null, comment, base, rules: placed, span: { file, line: at } };
    });
    const span = { file, line: firstLine };
    const table = { ...this.#head, handle: null, flags: [], chains, sets, objects: [], flowtables: [], span };
    // The last block has no empty line behind it, but the table's own brace.
    return { table, nextLine: sets.length + chains.length === 0 ? line + 1 : line };
  }
}

/** The tables as one listing, one after the other. */
export function finishNftTables(drafts: readonly NftTableDraft[]): readonly NftTable[] {
  let line = 1;
  return drafts.map((draft) => {
    const { table, nextLine } = draft.finish("nft-ruleset.txt", line);
    line = nextLine;
    return table;
  });
}

function keyOf(parts: readonly (string | NftExpression)[]): NftExpression {
  const [first = literal(""), ...others] = parts.map((part) => (typeof part === "string" ? literal(part) : part));
  return others.length === 0 ? first : concat(first, ...others);
}

function setOf({ declaration, elements }: SetDraft): Omit<NftSet, "span"> {
  const { name, type, data, flags = [], timeout, size, comment } = declaration;
  return {
    name,
    handle: null,
    type,
    typeof: null,
    data: data ?? null,
    typeofData: null,
    flags,
    timeout: timeout ?? null,
    gcInterval: null,
    size: size ?? null,
    policy: null,
    autoMerge: false,
    comment: comment ?? null,
    statements: [],
    elements: [...elements.values()],
  };
}

/** How many lines a set has between its braces. */
function linesOf(set: Omit<NftSet, "span">): number {
  const { flags, timeout, size, comment, elements } = set;
  const options = [size, timeout, comment].filter((one) => one !== null).length + (flags.length === 0 ? 0 : 1);
  return 1 + options + Math.ceil((elements?.length ?? 0) / elementsPerLine(set));
}
