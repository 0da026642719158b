/** What somebody may do to one rule of a dump. */

export type Change = (line: string, next: string) => readonly string[];

/** What somebody may do to one rule; `next` stands behind it. */
export const CHANGES: Readonly<Record<string, Change>> = {
  "delete it": (_, next) => [next],
  "swap it with the next": (line, next) => [next, line],
  "drop what it accepts": (line, next) => [line.replace(/-j (ACCEPT|RETURN)/, "-j DROP"), next],
  "accept what it drops": (line, next) => [line.replace(/-j DROP/, "-j ACCEPT"), next],
  "negate its match": (line, next) => [line.replace(/(?<!! )(-[sdio] |-m mark --mark |--mark )/, negated), next],
  "change a port": (line, next) => [
    line.replace(/(ports? )(\d+)/, (_, words: string, port: string) => words + String(Number(port) + 1)),
    next,
  ],
  "change a mark": (line, next) => [
    line.replace(/(mark 0x)([0-9a-f]+)/, (_, words: string) => `${words}8000000`),
    next,
  ],
  "change a mask": (line, next) => [line.replace(/(0x[0-9a-f]+)\/0x[0-9a-f]+/, "$1/0xffffffff"), next],
  "ask for a network": (line, next) => [line.replace(/^(-A \S+) (?!.*-s )/, "$1 -s 192.168.8.0/25 "), next],
};

function negated(words: string): string {
  return words.startsWith("-m mark") ? "-m mark ! --mark " : `! ${words}`;
}

/** The rules with one of them changed; null: the change does not apply to it. */
export function mutated(text: string, at: number, change: Change): string | null {
  const lines = text.split("\n");
  const rules = lines.flatMap((line, index) => (line.startsWith("-A ") ? [index] : []));
  const index = rules[at % rules.length] ?? 0;
  const [line = "", next = ""] = lines.slice(index, index + 2);
  const changed = change(line, next);
  const result = [...lines.slice(0, index), ...changed, ...lines.slice(index + 2)].join("\n");
  return result === text || (next === "COMMIT" && changed[0] === "COMMIT" && changed.length > 1) ? null : result;
}
