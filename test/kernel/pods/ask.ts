import { encodePacket, parsePacketOptions, printAddress } from "@hookwalk/engine";
import type { Family } from "@hookwalk/engine";
import { LocalSender, socketAddress } from "../../../packages/cli/src/lab/local-sender.ts";
import type { Libc } from "../../../packages/cli/src/lab/native.ts";
import { AF, checked, MSG_DONTWAIT, SOCK } from "../../../packages/cli/src/lab/native.ts";
import type { Place, Probe } from "../../policy/probe.ts";
import type { PodNetwork } from "./pod-network.ts";

const SOL_SOCKET = 1;
const SO_LINGER = 13;
/** On, for no time: close resets, and nothing of the connection is left. */
const AT_ONCE = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
const POLLIN = 1;
const POLLOUT = 4;
const POLL_ENTRY = 8;
const BACKLOG = 4096;
const ICMP: Readonly<Record<Family, number>> = { ip: 1, ip6: 58 };
const ECHO_REPLY: Readonly<Record<Family, number>> = { ip: 0, ip6: 129 };
const SCTP = 132;
const AF_OF: Readonly<Record<Family, number>> = { ip: AF.inet, ip6: AF.inet6 };

/**
 * Tries all probes at once and says which got through: a TCP connection is made, a datagram is answered, an echo is answered, an SCTP INIT arrives
 * (few kernels have SCTP's sockets). Whatever has not happened when nothing has happened for `patienceMs` will not.
 */
export function ask(libc: Libc, network: PodNetwork, probes: readonly Probe[], patienceMs: number): ReadonlySet<Probe> {
  const round = new Round(libc, network, probes);
  try {
    round.send();
    while (round.wait(patienceMs));
    return round.through;
  } finally {
    round.close();
  }
}

/** A socket that is waited for. */
interface Waiting {
  readonly fd: number;
  readonly events: number;
  /** Something happened; true: and nothing more will. */
  readonly happened: () => boolean;
}

class Round {
  readonly through = new Set<Probe>();
  readonly #libc: Libc;
  readonly #network: PodNetwork;
  readonly #probes: readonly Probe[];
  readonly #bySport: ReadonlyMap<number, Probe>;
  readonly #waiting = new Set<Waiting>();
  readonly #fds: number[] = [];
  readonly #senders = new Map<string, LocalSender>();
  readonly #message = Buffer.alloc(256);

  constructor(libc: Libc, network: PodNetwork, probes: readonly Probe[]) {
    this.#libc = libc;
    this.#network = network;
    this.#probes = probes;
    this.#bySport = new Map(probes.map((probe) => [probe.sport, probe]));
  }

  send(): void {
    const open = new Set<string>();
    for (const { to, protocol, dport, family, from } of this.#probes) {
      const place = protocol === "icmp" ? from : to;
      const key = [place.name, protocol, dport, family].join(" ");
      if (open.has(key)) continue;
      open.add(key);
      this.#listen(place, { protocol, dport, family });
    }
    for (const probe of this.#probes)
      this.#network.of(probe.from).inside(() => {
        this.#start(probe);
      });
  }

  /** False: all is decided, or nothing happens any more. */
  wait(patienceMs: number): boolean {
    const all = [...this.#waiting];
    const entries = Buffer.alloc(all.length * POLL_ENTRY);
    for (const [at, { fd, events }] of all.entries()) {
      entries.writeInt32LE(fd, at * POLL_ENTRY);
      entries.writeInt16LE(events, at * POLL_ENTRY + 4);
    }
    if (this.through.size === this.#probes.length) return false;
    if (this.#libc.poll(entries, all.length, patienceMs) <= 0) return false;
    for (const [at, waiting] of all.entries()) {
      if (entries.readInt16LE(at * POLL_ENTRY + 6) !== 0 && waiting.happened()) this.#waiting.delete(waiting);
    }
    return true;
  }

  close(): void {
    for (const fd of this.#fds) this.#libc.close(fd);
    for (const sender of this.#senders.values()) sender.close();
  }

  #socket(family: Family, type: number, protocol: number): number {
    const fd = checked(
      this.#libc,
      "cannot open a socket",
      this.#libc.socket(AF_OF[family], type | SOCK.cloexec | SOCK.nonblock, protocol),
    );
    this.#fds.push(fd);
    return fd;
  }

  #bind(fd: number, place: Place, family: Family, port: number): void {
    const address = socketAddress(place.addresses[family], port);
    const what = `cannot bind to ${printAddress(place.addresses[family])}:${String(port)}`;
    checked(this.#libc, what, this.#libc.bind(fd, address, address.length));
  }

  #listen(place: Place, { protocol, dport, family }: Pick<Probe, "protocol" | "dport" | "family">): void {
    this.#network.of(place).inside(() => {
      switch (protocol) {
        case "tcp": {
          const fd = this.#socket(family, SOCK.stream, 0);
          this.#bind(fd, place, family, dport ?? 0);
          checked(this.#libc, "cannot listen", this.#libc.listen(fd, BACKLOG));
          return;
        }
        case "udp": {
          const fd = this.#socket(family, SOCK.dgram, 0);
          this.#bind(fd, place, family, dport ?? 0);
          this.#waiting.add({ fd, events: POLLIN, happened: () => this.#answer(fd) });
          return;
        }
        case "sctp":
          this.#listenRaw(place, family, SCTP, (bytes) => bytes.readUInt16BE(0));
          return;
        case "icmp":
          this.#listenRaw(place, family, ICMP[family], (bytes) =>
            bytes.readUInt8(0) === ECHO_REPLY[family] ? bytes.readUInt16BE(4) : null,
          );
      }
    });
  }

  /** `whose` finds the source port, or the identifier, of the probe that arrived. */
  #listenRaw(place: Place, family: Family, protocol: number, whose: (bytes: Buffer) => number | null): void {
    const fd = this.#socket(family, SOCK.raw, protocol);
    this.#bind(fd, place, family, 0);
    const happened = (): boolean => {
      for (;;) {
        const length = this.#libc.recv(fd, this.#message, this.#message.length, MSG_DONTWAIT);
        if (length < 0) return false;
        const bytes = this.#message.subarray(family === "ip" ? (this.#message.readUInt8(0) & 0xf) * 4 : 0, length);
        const probe = this.#bySport.get(whose(bytes) ?? 0);
        if (probe !== undefined) this.through.add(probe);
      }
    };
    this.#waiting.add({ fd, events: POLLIN, happened });
  }

  /** A datagram says which probe it is: there the answer goes. */
  #answer(fd: number): boolean {
    while (this.#libc.recv(fd, this.#message, this.#message.length, MSG_DONTWAIT) >= 2) {
      const sport = this.#message.readUInt16BE(0);
      const probe = this.#bySport.get(sport);
      if (probe === undefined) continue;
      const back = socketAddress(probe.from.addresses[probe.family], sport);
      this.#libc.sendto(fd, this.#message, 2, MSG_DONTWAIT, back, back.length);
    }
    return false;
  }

  #start(probe: Probe): void {
    const { family, from, to, sport, dport } = probe;
    switch (probe.protocol) {
      case "tcp": {
        const fd = this.#socket(family, SOCK.stream, 0);
        this.#libc.setsockopt(fd, SOL_SOCKET, SO_LINGER, AT_ONCE, AT_ONCE.length);
        this.#bind(fd, from, family, sport);
        const address = socketAddress(to.addresses[family], dport ?? 0);
        const connect = (): number => this.#libc.connect(fd, address, address.length);
        connect();
        this.#waiting.add({ fd, events: POLLOUT, happened: () => this.#decide(probe, connect() === 0) });
        return;
      }
      case "udp": {
        const fd = this.#socket(family, SOCK.dgram, 0);
        this.#bind(fd, from, family, sport);
        const address = socketAddress(to.addresses[family], dport ?? 0);
        const message = Buffer.alloc(2);
        message.writeUInt16BE(sport);
        this.#libc.sendto(fd, message, message.length, MSG_DONTWAIT, address, address.length);
        const happened = (): boolean =>
          this.#decide(probe, this.#libc.recv(fd, this.#message, this.#message.length, MSG_DONTWAIT) === 2);
        this.#waiting.add({ fd, events: POLLIN, happened });
        return;
      }
      case "sctp":
      case "icmp":
        this.#sendRaw(probe);
    }
  }

  #decide(probe: Probe, isThrough: boolean): true {
    if (isThrough) this.through.add(probe);
    return true;
  }

  #sendRaw(probe: Probe): void {
    const { packet, arrival } = localPacket(probe);
    const key = `${probe.from.kind} ${probe.from.name}`;
    const sender = this.#senders.get(key) ?? new LocalSender(this.#libc);
    this.#senders.set(key, sender);
    sender.send(packet, arrival, encodePacket(packet));
  }
}

function localPacket({ family, from, to, protocol, sport, dport }: Probe) {
  const icmp = family === "ip" ? { proto: "icmp", icmpType: "8" } : { proto: "ipv6-icmp", icmpType: "128" };
  const ports = { proto: protocol, sport: String(sport), dport: String(dport) };
  const { value, problems } = parsePacketOptions({
    local: true,
    src: printAddress(from.addresses[family]),
    dst: printAddress(to.addresses[family]),
    id: "1",
    ...(protocol === "icmp" ? { ...icmp, icmpId: String(sport) } : ports),
  });
  if (value === null) throw new Error(JSON.stringify(problems));
  return value;
}
