/** Which of some distinct numbers must move so that the others stand in ascending order, as few as can be: O(n log n). */
export function outOfOrder(numbers: readonly number[]): number[] {
  /** The index of the smallest last number of an ascending subsequence of each length. */
  const lastOf: number[] = [];
  const before = numbers.map((number, at) => {
    let low = 0;
    let high = lastOf.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[lastOf[middle] ?? 0] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    lastOf[low] = at;
    return low === 0 ? -1 : (lastOf[low - 1] ?? -1);
  });
  const stays = new Set<number>();
  for (let at = lastOf.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) stays.add(at);
  return numbers.filter((_, at) => !stays.has(at)).sort((a, b) => a - b);
}
