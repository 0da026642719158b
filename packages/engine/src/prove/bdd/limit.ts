/** A question needs more nodes than it was given: what was asked stays unknown. Whoever asks catches it. */
export class BddLimit extends Error {
  /** How many nodes there were to be had. */
  readonly nodes: number;

  constructor(nodes: number) {
    super(`more than ${String(nodes)} nodes are needed`);
    this.nodes = nodes;
  }
}
