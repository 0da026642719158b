/**
 * Forks. A walk is run; when it needs something that the snapshot does not say it asks the oracle, which answers one way
 * now and schedules another run for the other answer. A run that comes to the same question with the same state as an
 * earlier one is merged into it: their futures are the same. See docs/decisions/0003-forks.md.
 */

/** A yes-or-no question that the snapshot cannot answer. */
export interface Question {
  /** Equal keys inside one run have equal answers. */
  readonly key: string;
  readonly what: string;
  readonly why: string;
  /** Of "yes"; null: not known. */
  readonly probability: number | null;
  /** The answer that is tried first. */
  readonly likely: boolean;
  /**
   * A fact about the node, which later questions of the same run may meet again (a set's member); else a single event
   * (this packet and this `limit`). Facts are part of the state when runs are compared.
   */
  readonly fact: boolean;
}

export interface Answered {
  readonly question: Question;
  readonly yes: boolean;
}

export interface Explored<T> {
  readonly value: T;
  readonly conditions: readonly Answered[];
  readonly probability: number | null;
}

interface Node {
  readonly question: Question | null;
  readonly edges: Edge[];
  /** Memo of `conditionsOf` and `probabilityOf`. */
  conditions: ReadonlyMap<string, Answered> | null;
  probability: number | null | undefined;
}

interface Edge {
  readonly from: Node | null;
  readonly yes: boolean;
}

/** Ends a run whose future another run has already taken. */
class Merged extends Error {}

/** Answers one run's questions. */
export class Oracle {
  readonly #exploration: Exploration;
  readonly #path: readonly Edge[];
  #position = 0;
  #last: Edge = ROOT;
  readonly #answers = new Map<string, boolean>();
  #facts = "";

  constructor(exploration: Exploration, path: readonly Edge[]) {
    this.#exploration = exploration;
    this.#path = path;
  }

  /** The answer given before in this run, if any. */
  known(key: string): boolean | undefined {
    return this.#answers.get(key);
  }

  /** `digest` says everything that the rest of this run depends on. */
  ask(question: Question, digest: () => string): boolean {
    const before = this.#answers.get(question.key);
    if (before !== undefined) return before;
    const planned = this.#path[this.#position];
    const edge =
      planned?.from?.question?.key === question.key
        ? planned
        : this.#exploration.open(question, `${question.key}\n${this.#facts}\n${digest()}`, this.#last, [
            ...this.#taken,
          ]);
    this.#position++;
    this.#taken.push(edge);
    this.#last = edge;
    this.#answers.set(question.key, edge.yes);
    if (question.fact) this.#facts += `${question.key}=${String(edge.yes)};`;
    return edge.yes;
  }

  readonly #taken: Edge[] = [];

  get last(): Edge {
    return this.#last;
  }
}

const ROOT: Edge = { from: null, yes: true };

/** All runs of one walk. */
export class Exploration {
  readonly #nodes = new Map<string, Node>();
  readonly #pending: (readonly Edge[])[] = [];

  /** A question that no run has met in this state yet: schedules the other answer. Else merges. */
  open(question: Question, key: string, last: Edge, taken: readonly Edge[]): Edge {
    const known = this.#nodes.get(key);
    if (known !== undefined) {
      known.edges.push(last);
      throw new Merged();
    }
    const node: Node = { question, edges: [last], conditions: null, probability: undefined };
    this.#nodes.set(key, node);
    this.#pending.push([...taken, { from: node, yes: !question.likely }]);
    return { from: node, yes: question.likely };
  }

  /** Runs until every way is taken, or `limit` different results are found; `cut` says that some were not. */
  run<T>(
    walk: (oracle: Oracle) => T,
    keyOf: (value: T) => string,
    limit: number,
  ): { results: Explored<T>[]; cut: boolean } {
    const results = new Map<string, { readonly value: T; readonly node: Node }>();
    let next: readonly Edge[] | undefined = [];
    let runs = 0;
    while (next !== undefined && results.size < limit && runs < limit * 64) {
      runs++;
      const oracle = new Oracle(this, next);
      const value = mergedToNull(() => walk(oracle));
      // Nothing was asked: most walks end here.
      if (value !== null && this.#nodes.size === 0) {
        return { results: [{ value, conditions: [], probability: 1 }], cut: false };
      }
      if (value !== null) {
        const key = keyOf(value);
        const known = results.get(key);
        if (known === undefined) {
          results.set(key, {
            value,
            node: { question: null, edges: [oracle.last], conditions: null, probability: undefined },
          });
        } else known.node.edges.push(oracle.last);
      }
      next = this.#pending.pop();
    }
    const explored = [...results.values()].map(({ value, node }) => ({
      value,
      conditions: [...conditionsOf(node).values()],
      probability: probabilityOf(node),
    }));
    return { results: explored, cut: next !== undefined };
  }
}

function mergedToNull<T>(walk: () => T): T | null {
  try {
    return walk();
  } catch (error) {
    if (error instanceof Merged) return null;
    throw error;
  }
}

/** What holds on every way into a node: an answer that was given both ways does not matter there. */
function conditionsOf(node: Node): ReadonlyMap<string, Answered> {
  if (node.conditions !== null) return node.conditions;
  let common: Map<string, Answered> | null = null;
  for (const edge of node.edges) {
    const own = new Map(edge.from === null ? [] : conditionsOf(edge.from));
    if (edge.from?.question) own.set(edge.from.question.key, { question: edge.from.question, yes: edge.yes });
    if (common === null) common = own;
    else for (const [key, answered] of common) if (own.get(key)?.yes !== answered.yes) common.delete(key);
  }
  node.conditions = common ?? new Map<string, Answered>();
  return node.conditions;
}

/** The sum over all ways in; null where a question on the way has no known chance. */
function probabilityOf(node: Node): number | null {
  if (node.probability !== undefined) return node.probability;
  let sum: number | null = 0;
  for (const edge of node.edges) {
    const way = probabilityOfEdge(edge);
    sum = way === null || sum === null ? null : sum + way;
  }
  node.probability = sum;
  return sum;
}

function probabilityOfEdge({ from, yes }: Edge): number | null {
  if (from === null) return 1;
  const own = from.question?.probability ?? null;
  const before = probabilityOf(from);
  if (own === null || before === null) return null;
  return before * (yes ? own : 1 - own);
}
