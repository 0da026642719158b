import type { Range } from "../../base/ranges.ts";

/** What iptables calls a port list takes so many places; a range takes two. */
const MULTIPORT_SLOTS = 15;

/** Ports as lists that multiport takes: felix/rules/policy.go SplitPortList. */
export function portLists(ranges: readonly Range[]): readonly (readonly Range[])[] {
  const lists: Range[][] = [];
  let left = 0;
  for (const range of ranges) {
    const slots = range.from === range.to ? 1 : 2;
    if (left < slots) {
      lists.push([]);
      left = MULTIPORT_SLOTS;
    }
    lists.at(-1)?.push(range);
    left -= slots;
  }
  return lists;
}
