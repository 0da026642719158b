/** What only A (`before`), and what only B (`after`) has. */
export interface OneSided {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export const NONE: OneSided = { before: [], after: [] };

/** Both together, each once. */
export function together(one: OneSided, other: OneSided): OneSided {
  return {
    before: [...new Set([...one.before, ...other.before])],
    after: [...new Set([...one.after, ...other.after])],
  };
}
