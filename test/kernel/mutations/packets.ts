/** Packets for rules: with what stands in one of them, with its neighbours, and with anything else. */
import fc from "fast-check";

export type PacketWords = Readonly<Record<string, string>>;

/** Where packets come from. */
export interface Sources {
  /** Devices that they come in by. */
  readonly devices: readonly string[];
  /** The node's own addresses, from which it sends them. */
  readonly own: readonly string[];
}

/** The values that stand in rules, and those beside them. */
interface Values {
  readonly src: readonly string[];
  readonly dst: readonly string[];
  readonly sport: readonly string[];
  readonly dport: readonly string[];
  readonly proto: readonly string[];
  readonly iif: readonly string[];
}

const PROTOCOLS = ["tcp", "udp", "sctp", "icmp"];
const ADDRESS = /((?:-s|saddr) (?:!=? )?)?(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?/g;
const PORT = /(--sports? |sport |)(?:(?<=ports? )|(?<=(?:tcp|udp) \. )|(?<=\d:))(\d+)/g;
/** A packet has a value of the rule so often, and one of another rule, where it has any once. */
const WEIGHTS = [6, 2];
/** So often a packet comes in, where it may be the node's own. */
const RECEIVED = 3;

/** As often for each line; the others are where the rest of a packet comes from. */
export function packetsFor(
  lines: readonly string[],
  all: readonly string[],
  { devices, own }: Sources,
): fc.Arbitrary<PacketWords> {
  const others = valuesIn(all.join("\n"), devices);
  const [address, port] = [fc.ipV4(), fc.integer({ min: 1, max: 65_535 }).map(String)];
  const pick = (mine: readonly string[], more: readonly string[], any: fc.Arbitrary<string>): fc.Arbitrary<string> => {
    const known = [mine, more].flatMap((values, at) =>
      values.length === 0 ? [] : [{ weight: WEIGHTS[at] ?? 1, arbitrary: fc.constantFrom(...values) }],
    );
    return fc.oneof(...known, { weight: 1, arbitrary: any });
  };
  const device = fc.constantFrom(...devices);
  const near = (line: string): fc.Arbitrary<PacketWords> => {
    const mine = valuesIn(line, devices);
    const [sport, dport] = [pick(mine.sport, others.sport, port), pick(mine.dport, others.dport, port)];
    const headers = fc.record({
      proto: pick(mine.proto, PROTOCOLS, fc.constantFrom(...PROTOCOLS)),
      dst: pick(mine.dst, others.dst, address),
      ttl: fc.constantFrom("64", "2"),
    });
    const received = fc.record({ src: pick(mine.src, others.src, address), iif: pick(mine.iif, [], device) });
    const sent = fc.record({ src: fc.constantFrom(...own), local: fc.constant("true") });
    return fc
      .tuple(
        headers,
        fc.record({ sport, dport }),
        fc.constantFrom("syn", "ack"),
        fc.oneof({ weight: RECEIVED, arbitrary: received }, { weight: 1, arbitrary: sent }),
      )
      .map(([header, ports, flags, arrival]) => ({
        ...header,
        ...arrival,
        ...(header.proto === "icmp" ? {} : ports),
        ...(header.proto === "tcp" ? { flags } : {}),
      }));
  };
  return fc.oneof(...lines.map(near));
}

function valuesIn(text: string, devices: readonly string[]): Values {
  const addresses = [...text.matchAll(ADDRESS)].map(([, source, address = "", length = "32"]) => ({
    isSource: source !== undefined,
    edges: edgesOf(address, Number(length)),
  }));
  const ports = [...text.matchAll(PORT)].map(([, source = "", number]) => ({
    isSource: source !== "",
    edges: beside(Number(number), 1, 65_535).map(String),
  }));
  const edges = (
    list: readonly { readonly isSource: boolean; readonly edges: readonly string[] }[],
  ): readonly string[] => [...new Set(list.flatMap((one) => one.edges))];
  // What is said of no side may be of either.
  const not =
    (isSource: boolean): ((one: { readonly isSource: boolean }) => boolean) =>
    (one) =>
      one.isSource !== isSource;
  return {
    src: edges(addresses),
    dst: edges(addresses.filter(not(true))),
    sport: edges(ports),
    dport: edges(ports.filter(not(true))),
    proto: PROTOCOLS.filter((name) => new RegExp(`\\b${name}\\b`).test(text)),
    iif: devices.filter((name) => text.includes(name)),
  };
}

/** The first and the last address of a net, and those before and behind it. */
function edgesOf(address: string, length: number): readonly string[] {
  const number = address.split(".").reduce((all, part) => all * 256 + Number(part), 0);
  const size = 2 ** (32 - length);
  const first = number - (number % size);
  return [...new Set([first, first + size - 1].flatMap((edge) => beside(edge, 0, 2 ** 32 - 1)))].map(dotted);
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => String(Math.floor(number / 2 ** shift) % 256)).join(".");
}

function beside(number: number, least: number, most: number): readonly number[] {
  return [0, 1, -1].map((step) => number + step).filter((n) => n >= least && n <= most);
}
