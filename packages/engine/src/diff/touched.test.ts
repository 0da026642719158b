import { expect, it } from "vitest";
import { compileProgram } from "../compile/program.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import type { Program } from "../program/program.ts";
import { FALSE } from "../prove/bdd/bdd.ts";
import { compareJourneys } from "../prove/path/compare.ts";
import { journeysOf } from "../prove/path/journeys.ts";
import { ordinarySet, sentPackets } from "../prove/path/ordinary.ts";
import { twinSpaces } from "../prove/space-of.ts";
import { changedRules } from "./changed-rules.ts";
import { touched } from "./touched.ts";

const RULES = [
  "*mangle",
  ":PREROUTING ACCEPT [0:0]",
  "-A PREROUTING -s 10.0.0.7/32 -j MARK --set-xmark 0x1/0x1",
  "COMMIT",
  "*nat",
  ":PREROUTING ACCEPT [0:0]",
  "-A PREROUTING -d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.1.0.9:8080",
  "COMMIT",
  "*filter",
  ":INPUT ACCEPT [0:0]",
  ":FORWARD ACCEPT [0:0]",
  ":OUTPUT ACCEPT [0:0]",
  ":X - [0:0]",
  // Needs conntrack, whatever becomes of the others.
  "-A INPUT -m conntrack --ctstate NEW -j ACCEPT",
  "-A FORWARD -i eth0 -j X",
  "-A X -d 10.1.0.9/32 -p tcp -m tcp --dport 8080 -j DROP",
  "-A X -m mark --mark 0x1/0x1 -j DROP",
  "-A X -p udp -j DROP",
  "COMMIT",
];

function programOf(rules: readonly string[], sets = ""): Program {
  const files = {
    "ipset-save.txt": sets,
    "iptables-save.txt": `${rules.join("\n")}\n`,
    "ip-addr.txt": [0, 1]
      .map(
        (n) =>
          `${String(n + 2)}: eth${String(n)}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default\n` +
          `    link/ether 02:00:00:00:00:0${String(n)} brd ff:ff:ff:ff:ff:ff\n    inet 10.${String(n)}.0.1/24 scope global eth${String(n)}\n`,
      )
      .join(""),
    "ip-route.txt": "10.0.0.0/24 dev eth0 scope link\n10.1.0.0/24 dev eth1 scope link\n",
    "sysctl.txt": "net.ipv4.ip_forward = 1\n",
  };
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  return compileProgram(parseSnapshot(texts, { name: "node" }));
}

it.each([
  ["-A PREROUTING -s 10.0.0.7/32 -j MARK --set-xmark 0x1/0x1"],
  ["-A PREROUTING -d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.1.0.9:8080"],
  ["-A FORWARD -i eth0 -j X"],
  ["-A X -d 10.1.0.9/32 -p tcp -m tcp --dport 8080 -j DROP"],
  ["-A X -m mark --mark 0x1/0x1 -j DROP"],
  ["-A X -p udp -j DROP"],
])("holds all that fares otherwise without %s, and with it again, and not everything", (rule) => {
  const [full, less] = [programOf(RULES), programOf(RULES.filter((line) => line !== rule))];
  expectTouched(full, less);
  expectTouched(less, full);
});

const SETS = [
  "create one hash:ip family inet",
  "create other hash:ip,port family inet",
  "create both list:set",
  "add one 10.0.0.7",
  "add one 10.0.0.8",
  "add other 10.1.0.9,tcp:80",
  "add both one",
];

it.each([
  ["-A FORWARD -m set --match-set one src -j DROP", "add one 10.0.0.8"],
  ["-A X -m set ! --match-set one src -p tcp -j DROP", "add one 10.0.0.8"],
  ["-A FORWARD -m set --match-set both src -j DROP", "add one 10.0.0.8"],
  ["-A X -m set --match-set other dst,dst -j DROP", "add other 10.1.0.9,tcp:80"],
])("holds all that fares otherwise by %s without “%s”, and with it again, and not everything", (rule, element) => {
  const rules = RULES.toSpliced(-1, 0, rule);
  const withSets = (lines: readonly string[]): Program => programOf(rules, `${lines.join("\n")}\n`);
  const [full, less] = [withSets(SETS), withSets(SETS.filter((line) => line !== element))];
  expectTouched(full, less);
  expectTouched(less, full);
});

function expectTouched(a: Program, b: Program): void {
  const [before, after] = twinSpaces([a, b], "ip");
  const { bdd } = before;
  const first = (["state", "mark"] as const).map((respect) => ordinarySet(before, "receive", respect));
  const domain = bdd.intersection([sentPackets(before, "receive"), ...first]);
  const asked = touched([before, after], domain, changedRules(a, b, "ip"));
  const differences = compareJourneys(journeysOf(before, "receive", domain), journeysOf(after, "receive", domain));
  expect(differences.length).toBeGreaterThan(0);
  expect(bdd.minus(bdd.union(differences.map(({ packets }) => packets)), asked)).toBe(FALSE);
  expect(asked).not.toBe(domain);
}

it("follows everything where more than rules and sets differs", () => {
  const full = programOf(RULES);
  const policy = programOf(RULES.map((line) => line.replace(":FORWARD ACCEPT", ":FORWARD DROP")));
  expect(changedRules(full, policy, "ip")).toBeNull();
  expect(changedRules(full, programOf(RULES), "ip")).toEqual({ before: [], after: [], asking: [] });
});
