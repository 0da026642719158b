import { describe, expect, it } from "vitest";
import type { Explored, Oracle, Question } from "./oracle.ts";
import { Exploration } from "./oracle.ts";

function question(key: string, over: Partial<Question> = {}): Question {
  return { key, what: key, why: "test", probability: null, likely: false, fact: true, ...over };
}

function chance(key: string, probability: number): Question {
  return question(key, { probability, fact: false });
}

/** Every way through a walk whose state is a text of its own choice. */
function explore(
  walk: (oracle: Oracle, ask: (question: Question, state?: string) => boolean) => string,
  limit = 64,
): { readonly results: readonly Explored<string>[]; readonly cut: boolean; readonly runs: number } {
  let runs = 0;
  const found = new Exploration().run(
    (oracle) => {
      runs++;
      return walk(oracle, (asked, state = asked.key) => oracle.ask(asked, () => state));
    },
    (value) => value,
    limit,
  );
  return { ...found, runs };
}

/** `limit a=yes b=no` for each result. */
function told(results: readonly Explored<string>[]): readonly string[] {
  return results.map(({ value, conditions }) =>
    [value, ...conditions.map(({ question: { key }, yes }) => `${key}=${yes ? "yes" : "no"}`)].join(" "),
  );
}

describe("forks", () => {
  it("needs one run and no condition where nothing is asked", () => {
    expect(explore(() => "out")).toMatchObject({
      results: [{ value: "out", conditions: [], probability: 1 }],
      cut: false,
      runs: 1,
    });
  });

  it("takes the likely way first and names what each way assumes", () => {
    const { results } = explore((_, ask) => (ask(question("a", { likely: true })) ? "in" : "out"));
    expect(told(results)).toEqual(["in a=yes", "out a=no"]);
  });

  it("answers the same question alike for the rest of a run", () => {
    const { results, runs } = explore((oracle, ask) => {
      const first = ask(question("a"), "here");
      expect(oracle.known("a")).toBe(first);
      return `${String(first)} ${String(ask(question("a"), "there"))}`;
    });
    expect(told(results)).toEqual(["false false a=no", "true true a=yes"]);
    expect(runs).toBe(2);
  });

  it("merges runs that come to the same state: ten questions that change nothing cost eleven runs", () => {
    const { results, runs } = explore((_, ask) => {
      for (let i = 0; i < 10; i++) ask(question(`limit ${String(i)}`, { fact: false }));
      return "out";
    });
    expect(told(results)).toEqual(["out"]);
    expect(runs).toBe(11);
  });

  it("keeps apart what later questions about a fact depend on", () => {
    const { runs } = explore((_, ask) => {
      ask(question("a"), "same");
      ask(question("b"), "same");
      return "out";
    });
    expect(runs).toBe(4);
  });

  it("drops a condition whose answer made no difference, and keeps the others", () => {
    const { results } = explore((_, ask) => {
      const a = ask(question("a"));
      ask(question("b"));
      return a ? "in" : "out";
    });
    expect(told(results)).toEqual(["out a=no", "in a=yes"]);
  });

  it("adds up chances over every way to a result", () => {
    const { results } = explore((_, ask) => (ask(chance("a", 0.5)) || ask(chance("b", 0.5)) ? "one" : "two"));
    expect(new Map(results.map(({ value, probability }) => [value, probability]))).toEqual(
      new Map([
        ["one", 0.75],
        ["two", 0.25],
      ]),
    );
  });

  it("counts a way once, however many runs were merged into it", () => {
    const { results } = explore((_, ask) => {
      ask(chance("a", 0.5));
      return ask(chance("b", 0.25)) ? "one" : "two";
    });
    expect(results.map(({ value, probability }) => [value, probability])).toEqual([
      ["two", 0.75],
      ["one", 0.25],
    ]);
  });

  it("knows no chance where one answer on the way has none", () => {
    const { results } = explore((_, ask) => {
      const a = ask(question("a", { probability: 0.5 }));
      return String(a) + String(ask(question("b")));
    });
    expect(results.map(({ probability }) => probability)).toEqual([null, null, null, null]);
  });

  it("stops at the limit and says that something was left", () => {
    const ways = (n: number) => (_: Oracle, ask: (question: Question, state?: string) => boolean) =>
      Array.from({ length: n }, (_, i) => String(Number(ask(question(String(i)))))).join("");
    const { results, cut } = explore(ways(7));
    expect([results.length, cut]).toEqual([64, true]);
    expect(explore(ways(6))).toMatchObject({ results: { length: 64 }, cut: false });
  });

  it("lets errors of the walk through", () => {
    expect(() =>
      explore(() => {
        throw new TypeError("broken");
      }),
    ).toThrow("broken");
  });
});
