import { describe, expect, it } from "vitest";
import { ask, compileProgram, parseQuery } from "@hookwalk/engine";
import { nodeNames, readNode } from "./node.ts";

const QUESTIONS = [
  "who can reach the node",
  "which packets are dropped or rejected",
  "which packets are untracked",
  "which packets are masqueraded or dnatted",
  "which local or not local packets are sent or forwarded",
  "which state any from any packets reach dns or ssh",
  "is every packet accepted",
];

describe.each(nodeNames)("%s", (name) => {
  const program = compileProgram(readNode(name));

  it.each(QUESTIONS)("shows nothing that the walk does not confirm: %s", (text) => {
    const { query } = parseQuery(text);
    if (query === null) throw new Error(text);
    const { groups, limit } = ask(program, query);
    expect(limit).toBeNull();
    expect(groups.filter(({ witness }) => witness === null).map(({ fate }) => fate)).toEqual([]);
  });
});
