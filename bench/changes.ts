import { compileProgram, parseSnapshot, semanticDiff } from "@hookwalk/engine";
import { FIREWALL_ZONES, firewallNode } from "./firewall.ts";
import { median, printTable, timed } from "./table.ts";

type Files = ReturnType<typeof firewallNode>;

/** One change of a node, in the zone or in the chain of that number. */
type Change = (files: Files, at: number) => Files;

const RULES = "iptables-save.txt";
const SET_CHAIN = "Z4-4";
/** What is compared before anything is measured: by then the code is compiled, and the unchanged side is known. */
const BEFORE = 3;

/** Everything that somebody changes by one line. */
const CHANGES: Readonly<Record<string, Change>> = {
  "a rule deleted": (files, at) => ofRule(files, at, () => ""),
  "a rule added": (files, at) =>
    ofRule(files, at, (rule) => `-A ${chainOf(at)} -p udp -m udp --dport 7777 -j DROP\n${rule}`),
  "its port": (files, at) => ofRule(files, at, (rule) => rule.replace(/--dport \S+/, "--dport 4321")),
  "its destination": (files, at) => ofRule(files, at, (rule) => rule.replace(/-d \S+/, `-d 10.${String(at)}.77.7/32`)),
  "a member of a set": (files, at) =>
    edited(files, "ipset-save.txt", (text) => `${text}add guests 10.4.9.${String(at)}\n`),
  "a route added": (files, at) =>
    edited(
      files,
      "ip-route.txt",
      (text) => `${text}172.16.${String(at)}.0/24 via 10.${String(at)}.0.9 dev vlan10${String(at)}\n`,
    ),
};

/** The semantic diff after one change, in an early chain, in a late one and between: the clock and this process's own time. */
export function benchChanges(rules: number): void {
  console.log(
    `The semantic diff of a firewall of ${String(rules)} rules after one change, in a chain of each zone (milliseconds)\n`,
  );
  const files = withSet(firewallNode(rules));
  const program = programOf(files);
  const compare = (change: Change, at: number): ReturnType<typeof timed<number>> => {
    const other = programOf(change(files, at));
    return timed(() => semanticDiff(program, other).groups.length);
  };
  const zones = Array.from({ length: FIREWALL_ZONES }, (_, zone) => zone);
  for (const zone of zones.slice(0, BEFORE)) for (const change of Object.values(CHANGES)) compare(change, zone);
  const rows = Object.entries(CHANGES).map(([what, change]) => {
    const runs = zones.map((zone) => compare(change, zone));
    const seconds = runs.map((run) => run.seconds);
    const without = runs.filter(({ value }) => value === 0).length;
    return [
      what,
      ...[median(seconds), Math.max(...seconds), median(runs.map(({ cpu }) => cpu))].map(inMilliseconds),
      String(without),
    ];
  });
  printTable(["change", "median", "worst", "median cpu", "proved alike"], rows);
}

function inMilliseconds(seconds: number): string {
  return (seconds * 1000).toFixed(0);
}

function programOf(files: Files): ReturnType<typeof compileProgram> {
  return compileProgram(parseSnapshot(files, { name: "bench" }));
}

/** One that a rule of one chain asks. */
function withSet(files: Files): Files {
  const asking = `-A ${SET_CHAIN} -m set --match-set guests src -j DROP\n`;
  const asked = edited(files, RULES, (text) => text.replace(`-A ${SET_CHAIN} `, `${asking}-A ${SET_CHAIN} `));
  return [...asked, { path: "ipset-save.txt", text: "create guests hash:ip family inet\nadd guests 10.4.7.7\n" }];
}

/** From the first zone to the first, to the last from the last. */
function chainOf(at: number): string {
  return `Z${String(at)}-${String(at)}`;
}

/** Changes the first ACCEPT of a chain. */
function ofRule(files: Files, at: number, change: (rule: string) => string): Files {
  return edited(files, RULES, (text) => text.replace(new RegExp(`^-A ${chainOf(at)} .*-j ACCEPT\n`, "m"), change));
}

function edited(files: Files, path: string, change: (text: string) => string): Files {
  return files.map((file) => (file.path === path ? { path, text: change(file.text) } : file));
}
