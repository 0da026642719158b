import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  compileProgram,
  parseIptablesSave,
  parseIpRoute,
  parseIpRule,
  printIpRoute,
  printIpRule,
  printRule,
  walkPacket,
} from "@hookwalk/engine";
import type { Outcome, Route, Rule, Snapshot, Table } from "@hookwalk/engine";
import { readOrder } from "../../packages/cli/src/commands/packet-order.ts";
import { renderedBy } from "../render/kube-proxy/render.ts";
import { NODES, packetsOf, readNode } from "./node.ts";

function text(node: string, file: string): string {
  return readFileSync(join(NODES, node, file), "utf8");
}

function rendered(node: string): Snapshot {
  return renderedBy("cilium", text(node, "objects.yaml")).snapshot;
}

/** Rules of Cilium: those of its own chains, and those of the kernel's chains that lead to them. */
function isCilium({ chain, target }: Rule): boolean {
  return chain.startsWith("CILIUM_") || (target?.kind === "jump" && target.chain.startsWith("CILIUM_"));
}

/** Per chain, its rules of Cilium as iptables-save prints them. A listing may have the chains in whatever order. */
function ciliumRules(tables: readonly Table[] | null): ReadonlyMap<string, readonly string[]> {
  const chains = new Map<string, string[]>();
  for (const rule of (tables ?? []).flatMap(({ rules }) => rules).filter(isCilium)) {
    // POSTROUTING is in two tables; the chain that it leads to is in one.
    const key = rule.target?.kind === "jump" ? `${rule.chain} to ${rule.target.chain}` : rule.chain;
    chains.set(key, [...(chains.get(key) ?? []), printRule(rule, "ip")]);
  }
  return new Map([...chains].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function count(rules: ReadonlyMap<string, readonly string[]>): number {
  return [...rules.values()].flat().length;
}

describe.each([
  ["cilium-tunnel", 33],
  ["cilium-native", 29],
])("%s, from its objects", (node, rules) => {
  const [own, dumped] = [rendered(node).tables.ip, readNode(node).tables.ip].map(ciliumRules);

  it("every rule of Cilium is the node's, in order", () => {
    expect(own).toEqual(dumped);
    expect(own === undefined ? 0 : count(own)).toBe(rules);
  });
});

/** What the older iptables of that node could not show. */
function withoutMarks(line: string): string {
  return line.replaceAll(/ -m mark( !)? --mark \S+/g, "");
}

/** `meta mark & MASK == VALUE`, or all of the mark. */
const NFT_MARK = /meta mark (?:& (0x\w+) (==|!=) )?(0x\w+)/g;

function writtenForIptables([, mask, operator, value]: RegExpMatchArray): string {
  const hex = (text: string | undefined): string => `0x${Number(text).toString(16)}`;
  return `${operator === "!=" ? "! " : ""}--mark ${hex(value)}${mask === undefined ? "" : `/${hex(mask)}`}`;
}

describe("ack-cilium, from its objects", () => {
  const NODE = "ack-cilium";
  const snapshot = rendered(NODE);
  const own = ciliumRules(snapshot.tables.ip);

  it("every rule of Cilium is the node's, in order, beside the marks that its listing lost", () => {
    const dumped = ciliumRules(parseIptablesSave(text(NODE, "iptables-save.txt"), "iptables-save.txt").value);
    expect(new Map([...own].map(([chain, lines]) => [chain, lines.map(withoutMarks)]))).toEqual(dumped);
    expect(count(own)).toBe(30);
  });

  it("and those marks are the ones that nft shows", () => {
    const shown = [...text(NODE, "nft-ruleset.txt").matchAll(/chain (CILIUM_\w+) \{([^}]*)\}/g)].map(
      ([, chain = "", body = ""]) => [chain, [...body.matchAll(NFT_MARK)].map(writtenForIptables)] as const,
    );
    const marks = shown.map(([chain]) => {
      const lines = own.get(chain) ?? [];
      return [chain, lines.flatMap((line) => line.match(/(! )?--mark \S+/g) ?? [])] as const;
    });
    expect(marks).toEqual(shown);
    expect(marks.flatMap(([, ofChain]) => ofChain)).toHaveLength(18);
  });

  it("policy routing is the node's", () => {
    expect(printIpRule(snapshot.rules.ip ?? [])).toBe(
      printIpRule(parseIpRule(text(NODE, "ip-rule.txt"), "ip-rule.txt").value),
    );
  });

  it.each(["10", "11", "2004"])("table %s is the node's", (table) => {
    const file = `ip-route-table-${table}.txt`;
    const dumped = parseIpRoute(text(NODE, file), file, { table }).value;
    // Written with the gateway before the route by it; listed by destination.
    const lines = (routes: readonly Route[]): readonly string[] =>
      printIpRoute(routes, { table }).split("\n").toSorted();
    expect(lines(snapshot.routes.ip ?? [])).toEqual(lines(dumped));
  });

  it("each pod has its route in table main", () => {
    const podRoutes = (routes: string): readonly string[] =>
      routes.split("\n").filter((line) => line.includes(" dev lxc"));
    expect(podRoutes(printIpRoute(snapshot.routes.ip ?? [])).toSorted()).toEqual(
      podRoutes(printIpRoute(parseIpRoute(text(NODE, "ip-route.txt"), "ip-route.txt").value)).toSorted(),
    );
  });

  it("the CNI configuration is the node's, byte by byte", () => {
    expect(snapshot.cni).toMatchObject([{ file: "cni-10-cilium.conflist", name: "cilium" }]);
    expect(`${snapshot.cni?.[0]?.text ?? ""}\n`).toBe(text(NODE, "cni-10-cilium.conflist"));
  });
});

/** Packets that rules, routes and devices of Cilium alone decide, and how they end on the real node. */
const WALKS: readonly (readonly [node: string, packet: string, oif: string | null])[] = [
  ["ack-cilium", "pod .2 to the outside leaves by eth2, table 11", "eth2"],
  ["ack-cilium", "pod .239 to the outside leaves by eth1, table 10", "eth1"],
  ["ack-cilium", "pod .2 to pod .239 stays on the node", "lxc97a68878aebe"],
  ["ack-cilium", "the outside to pod .2", "lxc0c3594138df7"],
  ["ack-cilium", "the node to the outside", "eth0"],
  ["ack-cilium", "the DNS proxy answers a pod", "lxc0c3594138df7"],
  ["cilium-tunnel", "a pod to the outside is masqueraded", "eth0"],
  ["cilium-tunnel", "the proxy answers a pod", "cilium_host"],
  ["cilium-native", "a pod to the outside is not tracked", "eth0"],
  ["cilium-native", "the outside to a pod is forwarded to cilium_host", "cilium_host"],
  ["cilium-native", "the proxy answers a pod", "cilium_host"],
];

function walked(snapshot: Snapshot, line: ReadonlyMap<string, unknown>): readonly Outcome[] {
  const program = compileProgram(snapshot);
  const read = readOrder(line, program.links);
  if ("problems" in read) throw new Error(read.problems.join("; "));
  return walkPacket(program, read.order.packet, read.order.arrival, read.order.options).outcomes;
}

describe("packets on what is rendered go the way that they go on the node", () => {
  it.each(WALKS)("%s: %s", (node, name, oif) => {
    const packet = packetsOf(node).find((one) => one.name === name);
    if (packet === undefined) throw new Error(`no packet ${name}`);
    const dumped = readNode(node);
    // Whether a packet belongs to a transparent socket is nothing that objects tell.
    const own = { ...rendered(node), sockets: dumped.sockets };
    const [onNode, onRendered] = [dumped, own].map((snapshot) => walked(snapshot, packet.line));
    const ends = (outcomes: readonly Outcome[] = []): unknown =>
      outcomes.map(({ verdict, delivery, oif, ctstate, mark }) => ({ verdict, delivery, oif, ctstate, mark }));
    expect(ends(onRendered)).toEqual(ends(onNode));
    expect(onRendered?.map((outcome) => outcome.oif)).toEqual([oif]);
  });
});
