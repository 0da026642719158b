import type { Address, Family } from "@hookwalk/engine";
import type { Pod } from "@hookwalk/engine/desired";

/** Where a connection can come from and go to. */
export interface Place {
  readonly name: string;
  /** remote: a pod, or the address, of another node. */
  readonly kind: "pod" | "remote" | "outside" | "node";
  readonly addresses: Readonly<Record<Family, Address>>;
  /** The node's device towards it; "": the node itself. */
  readonly device: string;
  /** Null: not a pod. */
  readonly pod: Pod | null;
}

export type ProbeProtocol = "tcp" | "udp" | "sctp" | "icmp";

/** One attempt to reach somebody. */
export interface Probe {
  readonly family: Family;
  readonly from: Place;
  readonly to: Place;
  readonly protocol: ProbeProtocol;
  /** Of its own in the list of probes; of ICMP the identifier. */
  readonly sport: number;
  /** Of ICMP (an echo request) null. */
  readonly dport: number | null;
}

/** What is tried of each pair: `tcp/80`, `icmp`. */
export interface Attempt {
  readonly protocol: ProbeProtocol;
  readonly dport: number | null;
}

const FIRST_PORT = 20_000;

/** Every pod of the node with everybody else: no policy of the node is about anything else. */
export function probesOf(
  places: readonly Place[],
  attempts: readonly Attempt[],
  families: readonly Family[],
): readonly Probe[] {
  const pairs = places.flatMap((from) =>
    places.filter((to) => from !== to && [from, to].some(({ kind }) => kind === "pod")).map((to) => ({ from, to })),
  );
  return pairs
    .flatMap((pair) => attempts.flatMap((attempt) => families.map((family) => ({ ...pair, ...attempt, family }))))
    .map((probe, at) => ({ ...probe, sport: FIRST_PORT + at }));
}

export function printProbe({ family, from, to, protocol, dport }: Probe): string {
  return `${from.name} → ${to.name} ${family} ${printAttempt({ protocol, dport })}`;
}

function printAttempt({ protocol, dport }: Attempt): string {
  return dport === null ? protocol : `${protocol}/${String(dport)}`;
}

export function parseAttempt(text: string): Attempt {
  const [, protocol, port] = /^(tcp|udp|sctp|icmp)(?:\/(\d+))?$/.exec(text) ?? [];
  if (protocol === undefined || (protocol === "icmp") !== (port === undefined)) throw new Error(`no attempt: ${text}`);
  return { protocol: protocol as ProbeProtocol, dport: port === undefined ? null : Number(port) };
}
