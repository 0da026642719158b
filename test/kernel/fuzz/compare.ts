/** One ruleset and its packets on the kernel and on the walk: the first difference, or how many packets agreed. */
import type { Arrival, Family, NodeState as State, Packet, Program, Snapshot } from "@hookwalk/engine";
import {
  compileProgram,
  NodeState,
  parseIptablesSave,
  parseNft,
  parsePacketOptions,
  printAddress,
  PROTO,
  walkPacket,
} from "@hookwalk/engine";
import type { Lab } from "../../../packages/cli/src/lab/lab.ts";
import { observationOf, printObservation } from "../../../packages/cli/src/lab/observation.ts";
import type { FuzzPacket, PacketOptions } from "./random-packets.ts";
import { setsText } from "./random-ruleset.ts";

export interface Bench {
  readonly lab: Lab;
  /** The node without rules. */
  readonly node: Snapshot;
  readonly family: Family;
  /** What the rules are for: iptables with legacy's or nft's tables, or nft itself. */
  readonly backend: "legacy" | "nft" | "native";
}

export interface Difference {
  readonly packet: string;
  readonly kernel: readonly string[];
  readonly walk: readonly string[];
}

export interface Compared {
  readonly agreed: number;
  readonly difference: Difference | null;
}

/** Loads the rules on both sides and sends the packets in order, conntrack and sets carried along. */
export function compare(bench: Bench, rules: string, packets: readonly FuzzPacket[]): Compared {
  const { lab } = bench;
  const program = compileProgram(loadRules(bench, rules));
  lab.flushConntrack();
  try {
    return comparePackets(bench, program, packets);
  } finally {
    if (rules.includes("-j SET")) lab.run(["ipset", "restore", "-exist"], refill());
  }
}

/** Loads the rules into the lab; the node with them. */
export function loadRules(bench: Bench, rules: string): Snapshot {
  const { lab, node, family, backend } = bench;
  if (backend === "native") {
    lab.replaceRules([], rules);
    const { value: nft, diagnostics } = parseNft(listing(bench), "nft-ruleset.txt");
    if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
    return { ...node, nft };
  }
  lab.replaceRules([{ family, backend, text: rules }]);
  const { value } = parseIptablesSave(rules, "iptables-save.txt", { family });
  return { ...node, tables: { ...node.tables, [family]: value } };
}

function comparePackets(bench: Bench, program: Program, packets: readonly FuzzPacket[]): Compared {
  const { lab, family } = bench;
  const state = new NodeState(program);
  const sent: { readonly packet: Packet; readonly arrival: Arrival; readonly left: Left | null }[] = [];
  let agreed = 0;
  for (const fuzzed of packets) {
    const made = makePacket(fuzzed, sent, family);
    if (made === null) continue;
    const { packet, arrival } = made;
    const kernel = lab.send(packet, arrival);
    const walked = walkOne(program, packet, arrival, state);
    const lines = printObservation(kernel);
    // A port that the kernel picked at random makes everything after it different, and nobody wrong.
    if (walked.random) return { agreed, difference: null };
    if (!walked.lines.some((other) => other.join("\n") === lines.join("\n"))) {
      return {
        agreed,
        difference: { packet: describe(packet, arrival), kernel: lines, walk: walked.lines.flat() },
      };
    }
    agreed++;
    sent.push({
      packet,
      arrival,
      left: kernel.packet === null ? null : { packet: kernel.packet, device: kernel.device },
    });
  }
  return { agreed, difference: null };
}

/**
 * The tables as nft lists them: what the kernel holds. nft 1.0.6 does not always load what stands in a script: it merges two
 * neighbouring `!=` into one, and takes a set of one for the one.
 */
function listing({ lab, family }: Bench): string {
  return [`inet a`, `${family} b`].map((name) => lab.run(["nft", "list", "table", ...name.split(" ")])).join("");
}

interface Left {
  readonly packet: Packet;
  readonly device: string | null;
}

function walkOne(
  program: Program,
  packet: Packet,
  arrival: Arrival,
  state: State,
): { readonly lines: readonly (readonly string[])[]; readonly random: boolean } {
  const trace = walkPacket(program, packet, arrival, { state });
  return {
    lines: trace.outcomes.map((outcome) => printObservation(observationOf(outcome))),
    random: trace.outcomes.some(({ conditions }) => conditions.some(({ what }) => what.startsWith("NAT picks"))),
  };
}

/** SET targets changed them: back to what the node's dump says. */
function refill(): string {
  const lines = setsText().split("\n");
  const names = lines.flatMap((line) => /^create (\S+)/.exec(line)?.[1] ?? []);
  return [...names.map((name) => `flush ${name}`), ...lines.filter((line) => line.startsWith("add")), ""].join("\n");
}

function makePacket(
  fuzzed: FuzzPacket,
  sent: readonly { readonly packet: Packet; readonly arrival: Arrival; readonly left: Left | null }[],
  family: Family,
): { readonly packet: Packet; readonly arrival: Arrival } | null {
  if (fuzzed.kind === "fresh") return fromOptions(fuzzed.options);
  const earlier = sent.at(-fuzzed.back);
  if (earlier === undefined) return null;
  if (fuzzed.kind === "again")
    return fromOptions({
      ...optionsOf(earlier.packet, earlier.arrival, family),
      ...flagsFor(earlier.packet, fuzzed.flags),
    });
  const { left } = earlier;
  if (left === null) return null;
  const { device } = left;
  if (device === null || device === "lo") return null;
  const swapped: Packet = {
    ...left.packet,
    src: left.packet.dst,
    dst: left.packet.src,
    sport: left.packet.dport,
    dport: left.packet.sport,
    ttl: 64,
  };
  const arrival: Arrival = { ...earlier.arrival, iif: device, mark: 0 };
  const icmpType = { 8: "0", 128: "129" }[left.packet.icmpType ?? -1];
  return fromOptions({
    ...optionsOf(swapped, arrival, family),
    ...(icmpType === undefined ? {} : { icmpType }),
    ...flagsFor(left.packet, fuzzed.flags),
  });
}

function flagsFor({ proto }: Packet, flags: string): PacketOptions {
  return proto === PROTO.tcp ? { flags } : {};
}

/** A packet written back as options, so that every packet of a failure can be read and repeated. */
function optionsOf(packet: Packet, arrival: Arrival, family: Family): PacketOptions {
  const where = arrival.iif === null ? { local: "true" } : { iif: arrival.iif };
  const ports = packet.sport === null ? {} : { sport: String(packet.sport), dport: String(packet.dport) };
  const icmp =
    packet.icmpType === null
      ? {}
      : {
          icmpType: String(packet.icmpType),
          icmpCode: String(packet.icmpCode ?? 0),
          ...(packet.icmpId === null ? {} : { icmpId: String(packet.icmpId) }),
        };
  const proto = packet.proto === PROTO.icmp6 && family === "ip6" ? "ipv6-icmp" : String(packet.proto);
  return {
    ...where,
    src: printAddress(packet.src),
    dst: printAddress(packet.dst),
    proto,
    ...ports,
    ...icmp,
    ttl: String(packet.ttl),
    tos: String(packet.tos),
    mark: `0x${arrival.mark.toString(16)}`,
  };
}

function fromOptions(options: PacketOptions): { readonly packet: Packet; readonly arrival: Arrival } | null {
  return parsePacketOptions(new Map(Object.entries(options))).value;
}

/** As `--- packet` of a case file has it. */
function describe(packet: Packet, arrival: Arrival): string {
  const options = optionsOf(packet, arrival, packet.family);
  const flags = packet.tcpFlags === null ? {} : { flags: flagText(packet.tcpFlags) };
  const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return Object.entries({ ...options, ...flags })
    .map(([name, value]) => (value === "true" ? `--${name}` : `--${kebab(name)} ${value}`))
    .join(" ");
}

function flagText(flags: number): string {
  return ["F", "S", "R", "P", "A", "U", "E", "W"].filter((_, bit) => (flags & (1 << bit)) !== 0).join("");
}
