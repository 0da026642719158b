import type { BaseChain, CompiledChain, CompiledTable, FamilyProgram, Program, StackHook } from "../program/program.ts";
import type { Packet } from "../program/packet.ts";
import type { SetLookup } from "../program/set-lookup.ts";
import type { ValueSet } from "../program/value-set.ts";
import type { AssumedFlow } from "./conntrack/assumed.ts";
import type { ConntrackTable } from "./conntrack/table.ts";
import { opposite } from "./conntrack/direction.ts";
import type { Flow } from "./conntrack/flow.ts";
import type { FragmentQueues } from "./fragment-queue.ts";
import type { Oracle, Question } from "./oracle.ts";
import type { IpvsConnection, IpvsConnections } from "./ipvs/connections.ts";
import { linkOf, needsLink } from "./ip6-header.ts";
import { digestOf } from "./skb.ts";
import type { CtReference, Skb } from "./skb.ts";
import type { Condition, SidePacket, Step } from "./trace.ts";

/** One walk of one packet under one way of answering what the snapshot does not say. */
export interface Run {
  readonly program: Program;
  readonly family: FamilyProgram;
  readonly oracle: Oracle;
  readonly skb: Skb;
  readonly conntrack: ConntrackTable;
  /** Null: conntrack itself says what the packet belongs to. */
  readonly assumedFlow: AssumedFlow | null;
  /** Sets as they are now: SET targets change them on the way. Null: no dump at all. */
  sets: ReadonlyMap<string, SetLookup> | null;
  /** Sets and maps of nft as they are now. */
  nftSets: ReadonlyMap<string, ValueSet>;
  readonly steps: Step[];
  /** ICMP errors and resets that this packet made the kernel send. */
  readonly sides: PendingSide[];
  /** What this run had to name: what the kernel picks at random, what a dump would say. */
  readonly assumed: Condition[];
  hook: StackHook;
  /** Chains that the packet is inside of, innermost last: the kernel's jump stack. */
  readonly frames: Frame[];
  /** The base chain that is being walked; null between them. */
  base: BaseChain | null;
  /** Counts the stations passed, so that two questions of one place in the code are told apart. */
  stage: number;
  /** The flows that this packet, and the answers to it, belong to. */
  readonly flows: Flow[];
  /** Has it got past POSTROUTING, be it only to come back in through lo? */
  left: boolean;
  /** What IPVS knew before this packet. */
  readonly connections: IpvsConnections;
  /** The connection that IPVS made of this packet. */
  scheduled: IpvsConnection | null;
  /** Tunnels that the packet is inside of, outermost last. */
  readonly inside: readonly string[];
  /** Fragments that wait for others. */
  fragments: FragmentQueues;
  /** Next hops that flows were found to take. */
  nexthops: ReadonlyMap<string, number>;
  /** How often it came back in, by lo or a veth pair. */
  rounds: number;
  /** Bytes behind the IP header of each fragment that it left in; null: it left whole. */
  cut: readonly number[] | null;
  /** Every change of a set so far, as text. */
  setChanges: string;
}

/** An answer that the kernel made and that has not gone out yet. */
export interface PendingSide {
  readonly kind: SidePacket["kind"];
  readonly packet: Packet;
  readonly what: string;
  readonly mark: number;
  /** The flow of the packet that it is about, as it was then: nf_conntrack_attach. */
  readonly ct: CtReference | null;
  readonly isOfUntracked: boolean;
  /** The device that it is made for: of IPv6, the link that it is held to where its destination is one of a link. */
  readonly boundTo: string | null;
}

/** Makes the kernel answer; the answer goes out when the packet's own walk has ended. */
export function answerWith(run: Run, kind: SidePacket["kind"], packet: Packet, what: string): void {
  const { ct, untracked } = run.skb;
  const boundTo = kind === "icmp" && needsLink(packet.dst) ? linkOf(run.skb) : null;
  run.sides.push({ kind, packet, what, mark: reflectedMark(run), ct: attached(ct), isOfUntracked: untracked, boundTo });
}

/** IP4_REPLY_MARK, IP6_REPLY_MARK: what an answer is marked with, and routed by. */
export function reflectedMark({ program, skb }: Run): number {
  const family = skb.family === "ip" ? "ipv4" : "ipv6";
  return program.sysctl.number(`net.${family}.fwmark_reflect`, 0) === 0 ? 0 : skb.mark;
}

function attached(ct: CtReference | null): CtReference | null {
  if (ct === null) return null;
  return { flow: { ...ct.flow }, direction: opposite(ct.direction), state: "related" };
}

export interface Frame {
  readonly chain: CompiledChain;
  /** Position of the rule to look at next. */
  next: number;
}

/** Asks what the snapshot does not say. */
export function ask(run: Run, question: Question): boolean {
  return run.oracle.ask(question, () => digestOfRun(run));
}

/** A question about the node itself, which stays answered for the rest of the run. */
export function factQuestion(what: string, why: string, likely: boolean): Question {
  return { key: what, what, why, probability: null, likely, fact: true };
}

/** Everything that the rest of the run depends on. */
function digestOfRun(run: Run): string {
  const frames = run.frames.map((frame) => `${frame.chain.name}:${String(frame.next)}`).join(">");
  return `${run.hook} ${String(run.stage)} ${frames}\n${digestOf(run.skb)}\n${run.setChanges}${String(run.sides.length)}`;
}

/** The rule that is being looked at, as people name it: `filter/FORWARD/3`. */
export function placeOf(run: Run): string {
  const frame = run.frames.at(-1);
  const table = run.base === null ? "" : tableLabel(run.base.table);
  return frame === undefined ? run.hook : `${table}/${frame.chain.name}/${String(frame.next)}`;
}

/** A table as people name it: `filter`, and where it is nft's own `inet/filter`. */
function tableLabel({ owner, family, name }: CompiledTable): string {
  return owner === "nft" ? `${family}/${name}` : name;
}

/** A single event at one place: asked once each time the packet comes by. The chance is that of "yes". */
export function eventQuestion(run: Run, what: string, why: string, probability: number | null = null): Question {
  const named = `${what} at ${placeOf(run)}`;
  const likely = probability !== null && probability >= 0.5;
  return { key: `${named}#${String(run.stage)}`, what: named, why, probability, likely, fact: false };
}
