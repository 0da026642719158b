import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { duplicateRule } from "./duplicate-rule.ts";

const DROP = "-A INPUT -p tcp -m tcp --dport 22 -j DROP";

function lint(...filter: readonly string[]): readonly string[] {
  return told(duplicateRule, { "iptables-save.txt": saved({ filter }) });
}

it("finds a verdict that stands twice, whatever verdicts stand between", () => {
  expect(lint(DROP, "-A INPUT -p udp -j ACCEPT", DROP)).toEqual([
    "warning INPUT/3: this rule stands in its chain a second time, and does nothing that rule 1 has not done",
  ]);
  expect(
    lint(DROP, "-A INPUT -p tcp -m tcp --dport 23 -j DROP", "-A FORWARD -p tcp -m tcp --dport 22 -j DROP"),
  ).toEqual([]);
});

it("tells where doing it again is something else", () => {
  const log = "-A INPUT -p udp -j LOG";
  expect(lint(log, log)).toEqual(["info INPUT/2: this rule stands in its chain a second time; rule 1 is the same"]);
  const mark = "-A INPUT -m mark --mark 0x1 -j DROP";
  expect(lint(mark, "-A INPUT -j MARK --set-xmark 0x1/0xf", mark)).toEqual([
    "info INPUT/3: this rule stands in its chain a second time; rule 1 is the same",
  ]);
  const set = "-A INPUT -j MARK --set-xmark 0x1/0xf";
  expect(lint(set, set)).toEqual([expect.stringContaining("warning INPUT/2")]);
  const toggle = "-A INPUT -j MARK --set-xmark 0x1/0x0";
  expect(lint(toggle, toggle)).toEqual([expect.stringContaining("info INPUT/2")]);
});

it("leaves rules alone that answer anew each time, or that differ in a comment", () => {
  const chance = "-A INPUT -m statistic --mode random --probability 0.50000000000 -j DROP";
  const limit = "-A INPUT -m limit --limit 5/sec -j ACCEPT";
  expect(lint(chance, chance, limit, limit)).toEqual([]);
  expect(
    lint(DROP.replace("-j", "-m comment --comment a -j"), DROP.replace("-j", "-m comment --comment b -j")),
  ).toEqual([]);
});
