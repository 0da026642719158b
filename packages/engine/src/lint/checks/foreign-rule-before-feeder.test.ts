import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { foreignRuleBeforeFeeder } from "./foreign-rule-before-feeder.ts";

const CALICO = '-A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD';

function lint(...filter: readonly string[]): readonly string[] {
  const chains = { filter: ["cali-FORWARD"] };
  return told(foreignRuleBeforeFeeder, { "iptables-save.txt": saved({ filter }, { chains }) });
}

it("finds verdicts of a site before Calico's jump, also in chains that it calls", () => {
  expect(lint("-A FORWARD -s 10.0.0.0/8 -j ACCEPT", "-A FORWARD -j LOG", CALICO)).toEqual([
    "warning FORWARD/1: rules that decide stand before the jump to cali-FORWARD (rule 3): 1",
  ]);
  expect(lint("-A FORWARD -j SITE", "-A SITE -j INNER", "-A INNER -p tcp -j ACCEPT", CALICO)).toHaveLength(1);
});

it("says nothing of rules behind it, of rules that decide nothing, and of known programs' jumps", () => {
  expect(lint(CALICO, "-A FORWARD -s 10.0.0.0/8 -j ACCEPT")).toEqual([]);
  expect(lint("-A FORWARD -j MARK --set-xmark 0x1/0x1", "-A FORWARD -j SITE", "-A SITE -j LOG", CALICO)).toEqual([]);
  expect(lint("-A FORWARD -j DOCKER-USER", "-A DOCKER-USER -j DROP", CALICO)).toEqual([]);
});

it("is a note where another known program came first, or services alone are passed by", () => {
  expect(lint("-A FORWARD -i docker0 ! -o docker0 -j ACCEPT", CALICO)).toEqual([
    expect.stringMatching(/^info FORWARD\/1/),
  ]);
  const nat = [
    "-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80",
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    "-A KUBE-SERVICES -j ACCEPT",
  ];
  expect(told(foreignRuleBeforeFeeder, { "iptables-save.txt": saved({ nat }) })).toEqual([
    "info PREROUTING/1: rules that decide stand before the jump to KUBE-SERVICES (rule 2): 1",
  ]);
});
