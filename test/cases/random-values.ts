import type { CaseFile, CasePacket } from "../../packages/cli/src/lab/case-file.ts";

/** May the kernel, or does the walk, say that this port was picked? */
export type Picked = (port: number, range: string) => boolean;

const PORT_BEHIND_ADDRESS = /(?<=(?:\]|\d+\.\d+\.\d+\.\d+):)\d+(?= )/g;
const DEVICE = /^(=> accept \S+ )(\S+)/;
const DEFAULT_PORT = 40_000;

/** Names what the kernel picked at random, so that results of two runs can be compared: the same value keeps its name. */
export class RandomValues {
  readonly #random: CaseFile["random"];
  /** Ports that the case names itself: nobody picked them. */
  readonly #given: ReadonlySet<number>;
  readonly #names: Map<string, string>;

  constructor(kase: CaseFile, names: ReadonlyMap<string, string> = new Map()) {
    this.#random = kase.random;
    const packets = kase.events.flatMap((event) => (event.kind === "packet" ? [event] : []));
    const ports = packets.flatMap(({ fields }) => [fields.get("sport"), fields.get("dport")]);
    this.#given = new Set([DEFAULT_PORT, ...ports.map(Number)]);
    this.#names = new Map(names);
  }

  /** The same names, for one of several ways to go on. */
  copy(kase: CaseFile): RandomValues {
    return new RandomValues(kase, this.#names);
  }

  /** Lines of a result with names in place of what was picked. */
  name(lines: readonly string[], picked: Picked): readonly string[] {
    const { ports, devices } = this.#random;
    return lines.map((line) => {
      if (!line.startsWith("=> ")) return line;
      const withDevice = line.replace(DEVICE, (whole, before: string, device: string) =>
        devices.includes(device) ? before + this.#nameOf(device) : whole,
      );
      if (ports === null) return withDevice;
      const range = `${String(ports.from)}-${String(ports.to)}`;
      return withDevice.replace(PORT_BEHIND_ADDRESS, (text) => {
        const port = Number(text);
        if (this.#names.has(text)) return this.#nameOf(text);
        const isFree = port >= ports.from && port <= ports.to && !this.#given.has(port);
        return isFree && picked(port, range) ? this.#nameOf(text) : text;
      });
    });
  }

  /** A packet that is addressed to something picked: `--dport {1}`. */
  fill(packet: CasePacket): CasePacket {
    const values = new Map([...this.#names].map(([value, name]) => [name, value]));
    const fields = new Map([...packet.fields].map(([option, value]) => [option, values.get(value) ?? value]));
    return { ...packet, fields };
  }

  #nameOf(value: string): string {
    const name = this.#names.get(value) ?? `{${String(this.#names.size + 1)}}`;
    this.#names.set(value, name);
    return name;
  }
}
