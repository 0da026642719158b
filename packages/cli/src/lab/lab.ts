import type { Arrival, Family, Packet, Snapshot } from "@hookwalk/engine";
import { printIpset, printNft } from "@hookwalk/engine";
import type { CommandRunner } from "../process/command-runner.ts";
import { commandRunner, runOrThrow } from "../process/command-runner.ts";
import { makeAccounts } from "./accounting.ts";
import { ConntrackTable } from "./conntrack-table.ts";
import { openSocket } from "./listeners.ts";
import { LocalSender } from "./local-sender.ts";
import { Namespace } from "./namespace.ts";
import type { Libc } from "./native.ts";
import { labError, loadLibc } from "./native.ts";
import type { Observation } from "./observation.ts";
import { isOnItsWay, observe } from "./observe.ts";
import type { Sighting } from "./observe.ts";
import type { Inlet } from "./oracle-rules.ts";
import { ingressAddress, oracleRules } from "./oracle-rules.ts";
import { routeCommands, ruleCommands, TableNumbers } from "./routing-commands.ts";
import type { RulesText } from "./rules-text.ts";
import { FAMILIES, restoreRules, rulesOf } from "./rules-text.ts";
import { writeBaseline, writeSysctls } from "./sysctls.ts";
import { tagPacket } from "./tag.ts";
import type { TaggedPacket } from "./tag.ts";
import type { Tap } from "./tap.ts";
import { closeTap, cutCarrier, openTap, TapReader, writeFrame } from "./tap.ts";
import type { Device } from "./topology.ts";
import { deviceCommands, neighbourCommands, planDevices } from "./topology.ts";
import { Tracer } from "./tracer.ts";
import { WireSocket } from "./wire-socket.ts";

export interface LabOptions {
  /** What holds the tables of a dump that does not say. Default legacy. */
  readonly backend?: "legacy" | "nft";
  /** Rules instead of the snapshot's, as they stand. */
  readonly rules?: readonly RulesText[];
  /** Tables of nft itself, for `nft -f`, instead of the snapshot's; loaded behind the others. */
  readonly nft?: string;
  /** Input of `ipset restore` instead of the snapshot's sets, as it stands. */
  readonly sets?: string;
  /** Devices to have beside the snapshot's. */
  readonly devices?: readonly string[];
  /** Of a packet only where it ends, and what it is there: no steps, and no mark of its flow. Many times as fast. */
  readonly endsOnly?: boolean;
  readonly runner?: CommandRunner;
}

/** Builds the snapshot's node in a network namespace of its own. Needs root. */
export async function createLab(snapshot: Snapshot, options: LabOptions = {}): Promise<Lab> {
  return new Lab(await loadLibc(), snapshot, options);
}

const ETHERTYPES: Readonly<Record<Family, Buffer>> = { ip: Buffer.of(0x08, 0x00), ip6: Buffer.of(0x86, 0xdd) };
/** How long a packet may take from lo to lo. */
const TICK_MS = 5;
const MOST_TICKS = 20;
const UNKNOWN_MAC = "02:00:00:00:00:fe";

/** A node rebuilt in a private network namespace, into which packets can be put. Everything it made goes with `close`. */
export class Lab {
  /** What this kernel could not rebuild, in words; empty where the namespace is the snapshot's node. */
  readonly notes: readonly string[];
  readonly #libc: Libc;
  readonly #runner: CommandRunner;
  readonly #endsOnly: boolean;
  readonly #namespace: Namespace;
  readonly #taps = new Map<string, Tap>();
  readonly #wires = new Map<string, WireSocket>();
  readonly #sender: LocalSender;
  readonly #reader: TapReader;
  readonly #tracer: Tracer;
  readonly #conntrack: ConntrackTable;
  /** Device names by index. */
  readonly #names = new Map<number, string>();
  /** The first port of each bridge. */
  readonly #ports = new Map<string, string>();
  /** What was sent last. */
  #last: TaggedPacket | null = null;
  /** What `close` does, last first. */
  readonly #closers: (() => void)[] = [];

  /** @internal Use createLab. */
  constructor(libc: Libc, snapshot: Snapshot, options: LabOptions) {
    this.#libc = libc;
    this.#runner = options.runner ?? commandRunner;
    this.#endsOnly = options.endsOnly === true;
    this.#namespace = this.#keep(new Namespace(libc));
    const devices = planDevices(snapshot, options.devices ?? []);
    try {
      [this.#tracer, this.#conntrack, this.#sender, this.#reader, this.notes] = this.#namespace.inside(() => {
        const notes = [
          ...writeBaseline(),
          ...this.#makeDevices(snapshot, devices),
          ...writeSysctls(snapshot),
          ...this.#routeAndRule(snapshot),
          ...ipvsNotes(snapshot),
        ];
        const nft = options.nft ?? (options.rules === undefined ? printNft(snapshot.nft ?? []) : "");
        const oracle = oracleRules(inletsOf(devices), this.#endsOnly ? "ends" : nft !== "" ? "frames" : "rules");
        runOrThrow(this.#runner, ["nft", "-f", "-"], { stdin: oracle });
        const tracer = this.#keep(new Tracer(libc));
        const conntrack = this.#keep(new ConntrackTable(libc));
        this.#restoreSets(options.sets ?? printIpset(snapshot.sets ?? []));
        const rules = options.rules ?? rulesOf(snapshot, options.backend ?? "legacy");
        makeAccounts(libc, rules);
        tracer.learnRules(restoreRules(this.#runner, rules, nft));
        const flows = (snapshot.conntrack ?? []).filter((entry) => !conntrack.add(entry));
        const problems = [...this.#openSockets(snapshot), ...flows.map(({ text }) => `conntrack entry ${text}`)];
        const sender = this.#keep(new LocalSender(libc));
        return [tracer, conntrack, sender, new TapReader(libc, [...this.#taps.values()]), [...notes, ...problems]];
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Puts a packet in and gives what the kernel did with it. Everything has happened when this returns. */
  send(packet: Packet, arrival: Arrival): Observation {
    const tagged = tagPacket(packet);
    this.#refuseLate();
    this.#last = tagged;
    if (arrival.iif === null) this.#namespace.inside(() => this.#sender.send(packet, arrival, tagged.bytes));
    else this.#receive(arrival.physin ?? arrival.iif, arrival, packet.family, tagged.bytes);
    const { observation, ctid } = observe({
      ...this.#seenOf(tagged),
      isLocal: arrival.iif === null,
      fromPort: arrival.physin === null ? null : { bridge: arrival.iif, source: sourceAddress(arrival) },
      isWire: (device) => this.#taps.has(device),
    });
    return ctid === null || this.#endsOnly
      ? observation
      : { ...observation, ctmark: this.#conntrack.markOf(packet, ctid) };
  }

  /** What is seen of a packet now belongs to nobody: what was said of the one before would be wrong. */
  #refuseLate(): void {
    const late = this.#tracer.readLate();
    this.#reader.read();
    if (late.some(({ packet }) => packet !== null && this.#last?.isOurs(packet) === true))
      throw labError("the kernel was late with a packet of the lab", "Run it again: the machine was too busy.");
  }

  /** A busy processor comes back to what went out by lo only later (net_rx_action, handle_softirqs). */
  #seenOf(tagged: TaggedPacket): Pick<Sighting, "records" | "frames" | "isOurs" | "deviceName"> {
    const isOurs = (bytes: Buffer): boolean => tagged.isOurs(bytes);
    const deviceName = (index: number): string | null => this.#names.get(index) ?? null;
    const records = [...this.#tracer.read()];
    for (let tick = 0; tick < MOST_TICKS && isOnItsWay({ records, isOurs, deviceName }); tick++) {
      this.#tracer.wait(TICK_MS);
      for (const record of this.#tracer.read()) records.push(record);
    }
    return { records, frames: this.#reader.read(), isOurs, deviceName };
  }

  flushConntrack(): void {
    this.#conntrack.flush();
  }

  /** Loads tables over those of the same names; other tables stay. Flows stay too: see flushConntrack. */
  replaceRules(rules: readonly RulesText[], nft = ""): void {
    const loaded = this.#namespace.inside(() => {
      makeAccounts(this.#libc, rules);
      return restoreRules(this.#runner, rules, nft);
    });
    this.#tracer.learnRules(loaded);
  }

  /** Runs a command in the namespace; its standard output. */
  run(argv: readonly [string, ...string[]], stdin = ""): string {
    return this.#namespace.inside(() => runOrThrow(this.#runner, argv, { stdin }));
  }

  close(): void {
    for (const close of this.#closers.splice(0).reverse()) close();
  }

  #keep<T extends { close(): void }>(resource: T): T {
    this.#closers.push(() => {
      resource.close();
    });
    return resource;
  }

  #receive(device: string, arrival: Arrival, family: Family, bytes: Uint8Array): void {
    const frame = Buffer.concat([
      ingressAddress(arrival.mark, arrival.pktType),
      sourceAddress(arrival),
      ETHERTYPES[family],
      bytes,
    ]);
    const name = this.#ports.get(device) ?? device;
    const tap = this.#taps.get(name);
    const wire = this.#wires.get(name);
    if (tap !== undefined) writeFrame(tap, frame);
    else if (wire !== undefined) wire.send(frame);
    else throw labError(`no packet can enter ${device}: the lab has no wire there`);
  }

  #makeDevices(snapshot: Snapshot, devices: readonly Device[]): readonly string[] {
    for (const { link, what } of devices) {
      if (link.master !== null && !this.#ports.has(link.master)) this.#ports.set(link.master, link.name);
      if (what.kind !== "tap") continue;
      const tap = openTap(this.#libc, link.name);
      this.#taps.set(link.name, tap);
      if (link.flags.includes("NO-CARRIER")) cutCarrier(this.#libc, tap);
      this.#closers.push(() => {
        closeTap(this.#libc, tap);
      });
    }
    const notes = [
      ...this.#batch([], deviceCommands(devices)),
      ...this.#batch([], neighbourCommands(snapshot, devices)),
    ];
    this.#openWires(devices);
    return notes;
  }

  /** veth ends and lo take frames from a packet socket on the other end. */
  #openWires(devices: readonly Device[]): void {
    const indexes = new Map<string, number>();
    for (const line of runOrThrow(this.#runner, ["ip", "-o", "link"]).split("\n")) {
      const [, index = "", name = ""] = /^(\d+): ([^:@]+)/.exec(line) ?? [];
      this.#names.set(Number(index), name);
      indexes.set(name, Number(index));
    }
    for (const { link, what } of devices) {
      const end = what.kind === "veth" ? what.peer : what.kind === "loopback" ? link.name : "";
      const index = indexes.get(end);
      if (end !== "" && index !== undefined) this.#wires.set(link.name, this.#keep(new WireSocket(this.#libc, index)));
    }
  }

  #routeAndRule({ routes, rules }: Snapshot): readonly string[] {
    const tables = new TableNumbers();
    return FAMILIES.flatMap((family) => {
      const flag = family === "ip" ? "-4" : "-6";
      const { [family]: ownRoutes } = routes;
      const { [family]: ownRules } = rules;
      return [
        ...this.#batch([flag], ownRoutes === null ? [] : routeCommands(family, ownRoutes, tables)),
        ...this.#batch([flag], ownRules === null ? [] : ruleCommands(family, ownRules, tables)),
      ];
    });
  }

  /** `ip -batch`, which names the line that it could not do and goes on. Gives those lines, with the reasons. */
  #batch(flags: readonly string[], lines: readonly string[]): readonly string[] {
    if (lines.length === 0) return [];
    const stdin = `${lines.join("\n")}\n`;
    const { status, stderr } = this.#runner.run(["ip", ...flags, "-force", "-batch", "-"], { stdin });
    return status === 0 ? [] : batchProblems(lines, stderr);
  }

  #restoreSets(text: string): void {
    if (text !== "") runOrThrow(this.#runner, ["ipset", "restore"], { stdin: text });
  }

  #openSockets(snapshot: Snapshot): readonly string[] {
    return (snapshot.sockets ?? []).flatMap((socket) => {
      const opened = openSocket(this.#libc, socket);
      if (opened !== null && "problem" in opened) return [opened.problem];
      if (opened !== null) this.#closers.push(() => this.#libc.close(opened.fd));
      return [];
    });
  }
}

function sourceAddress({ smac }: Arrival): Buffer {
  return Buffer.from((smac ?? UNKNOWN_MAC).replaceAll(":", ""), "hex");
}

/** What `ip -batch` could not do: it says why, and on the next line where. */
function batchProblems(lines: readonly string[], stderr: string): readonly string[] {
  const said = stderr.split("\n");
  return said.flatMap((line, at) => {
    const [, number] = /^Command failed -:(\d+)$/.exec(line) ?? [];
    return number === undefined ? [] : [`ip ${lines[Number(number) - 1] ?? ""}: ${said[at - 1] ?? ""}`];
  });
}

/** IPVS needs a module that few kernels have loaded. */
function ipvsNotes({ ipvs }: Snapshot): readonly string[] {
  const count = ipvs?.length ?? 0;
  return count === 0 ? [] : [`${String(count)} virtual services of IPVS`];
}

/** The devices into which the lab puts frames. */
function inletsOf(devices: readonly Device[]): readonly Inlet[] {
  const bridges = new Map(
    devices.filter(({ what }) => what.kind === "bridge").map(({ link }) => [link.name, link.mac]),
  );
  return devices
    .filter(({ what }) => what.kind === "tap" || what.kind === "veth")
    .map(({ link }) => ({ name: link.name, bridgeMac: bridges.get(link.master ?? "") ?? null }));
}
