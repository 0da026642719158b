/** By UTF-16 units, whatever the language of the machine: names of interfaces and chains, and addresses as texts, are ASCII. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
