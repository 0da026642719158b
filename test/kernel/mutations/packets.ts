/** Packets for rules: addresses and ports that stand in them, and their neighbours, beside any others. */
import fc from "fast-check";

export function packetsFor(text: string, devices: readonly string[]): fc.Arbitrary<Readonly<Record<string, string>>> {
  const numbers = [...text.matchAll(/\d+\.\d+\.\d+\.(\d+)/g)].flatMap(([address, last = ""]) => {
    const stem = address.slice(0, -last.length);
    return beside(Number(last), 0, 255).map((n) => stem + String(n));
  });
  const ports = [...text.matchAll(/(?:ports? |(?:tcp|udp) \. |\d:)(\d+)/g)].flatMap(([, port]) =>
    beside(Number(port), 1, 65_535),
  );
  const port = fc.oneof(fc.constantFrom(...new Set(ports)), fc.integer({ min: 1, max: 65_535 })).map(String);
  const address = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...new Set(numbers)) },
    { weight: 1, arbitrary: fc.ipV4() },
  );
  return fc.record({
    iif: fc.constantFrom(...devices),
    src: address,
    dst: address,
    proto: fc.constantFrom("tcp", "udp", "sctp"),
    sport: port,
    dport: port,
    ttl: fc.constantFrom("64", "2"),
  });
}

function beside(number: number, least: number, most: number): readonly number[] {
  return [0, 1, -1].map((step) => number + step).filter((n) => n >= least && n <= most);
}
