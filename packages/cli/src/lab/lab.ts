import type { Arrival, Family, IpSet, Packet, Snapshot, Table } from "@hookwalk/engine";
import { encodePacket, printIptablesSave } from "@hookwalk/engine";
import type { CommandRunner } from "../process/command-runner.ts";
import { commandRunner, runOrThrow } from "../process/command-runner.ts";
import { ConntrackTable } from "./conntrack-table.ts";
import { openSocket } from "./listeners.ts";
import { LocalSender } from "./local-sender.ts";
import { Namespace } from "./namespace.ts";
import type { Libc } from "./native.ts";
import { labError, loadLibc } from "./native.ts";
import type { Observation } from "./observation.ts";
import { observe } from "./observe.ts";
import type { Inlet } from "./oracle-rules.ts";
import { ingressAddress, oracleRules } from "./oracle-rules.ts";
import { WireSocket } from "./wire-socket.ts";
import { writeBaseline, writeSysctls } from "./sysctls.ts";
import type { Tap } from "./tap.ts";
import { closeTap, openTap, TapReader, writeFrame } from "./tap.ts";
import type { Device } from "./topology.ts";
import {
  deviceCommands,
  isWire,
  neighbourCommands,
  planDevices,
  routeCommands,
  ruleCommands,
  TableNumbers,
} from "./topology.ts";
import { chainKey, Tracer } from "./tracer.ts";

/** Rules of one family and one backend, as the tool's own restore reads them. */
export interface RulesText {
  readonly family: Family;
  readonly backend: "legacy" | "nft";
  readonly text: string;
}

export interface LabOptions {
  /** What holds the tables of a dump that does not say. Default legacy. */
  readonly backend?: "legacy" | "nft";
  /** Rules instead of the snapshot's, as they stand. */
  readonly rules?: readonly RulesText[];
  /** Input of `ipset restore` instead of the snapshot's sets, as it stands. */
  readonly sets?: string;
  /** Devices to have beside the snapshot's. */
  readonly devices?: readonly string[];
  readonly runner?: CommandRunner;
}

/** Builds the snapshot's node in a network namespace of its own. Needs root. */
export async function createLab(snapshot: Snapshot, options: LabOptions = {}): Promise<Lab> {
  return new Lab(await loadLibc(), snapshot, options);
}

const FAMILIES: readonly Family[] = ["ip", "ip6"];
const ETHERTYPES: { readonly [F in Family]: Buffer } = { ip: Buffer.of(0x08, 0x00), ip6: Buffer.of(0x86, 0xdd) };
const UNKNOWN_MAC = "02:00:00:00:00:fe";

/** A node rebuilt in a private network namespace, into which packets can be put. Everything it made goes with `close`. */
export class Lab {
  /** What this kernel could not rebuild, in words; empty where the namespace is the snapshot's node. */
  readonly notes: readonly string[];
  readonly #libc: Libc;
  readonly #runner: CommandRunner;
  readonly #namespace: Namespace;
  readonly #taps = new Map<string, Tap>();
  readonly #wires = new Map<string, WireSocket>();
  readonly #sockets: number[] = [];
  readonly #sender: LocalSender;
  readonly #reader: TapReader;
  readonly #tracer: Tracer;
  readonly #conntrack: ConntrackTable;
  readonly #names: ReadonlyMap<number, string>;
  /** The first port of each bridge. */
  readonly #ports: ReadonlyMap<string, string>;

  /** @internal Use createLab. */
  constructor(libc: Libc, snapshot: Snapshot, options: LabOptions) {
    this.#libc = libc;
    this.#runner = options.runner ?? commandRunner;
    this.#namespace = new Namespace(libc);
    this.#sender = new LocalSender(libc);
    const devices = planDevices(snapshot, options.devices ?? []);
    this.#ports = new Map(
      devices.toReversed().flatMap(({ link }) => (link.master === null ? [] : [[link.master, link.name]])),
    );
    const notes: string[] = [];
    try {
      [this.#names, this.#tracer, this.#conntrack] = this.#namespace.inside(() => {
        notes.push(...writeBaseline());
        this.#makeDevices(snapshot, devices, notes);
        const names = this.#deviceNames();
        this.#openWires(devices, names);
        notes.push(...writeSysctls(snapshot));
        this.#routeAndRule(snapshot, notes);
        runOrThrow(this.#runner, ["nft", "-f", "-"], { stdin: oracleRules(inletsOf(devices)) });
        const tracer = new Tracer(libc);
        return [names, tracer, new ConntrackTable(libc)];
      });
      this.#namespace.inside(() => {
        this.#restoreSets(options.sets ?? printSets(snapshot.sets ?? []));
        this.#restoreRules(options.rules ?? rulesOf(snapshot, options.backend ?? "legacy"));
        this.#openSockets(snapshot, notes);
        for (const entry of snapshot.conntrack ?? []) this.#conntrack.add(entry);
      });
    } catch (error) {
      this.#closeFiles();
      throw error;
    }
    this.notes = notes;
    this.#reader = new TapReader(libc, [...this.#taps.values()]);
  }

  /** Puts a packet in and gives what the kernel did with it. Everything has happened when this returns. */
  send(packet: Packet, arrival: Arrival): Observation {
    const tagged = tag(encodePacket(packet));
    this.#tracer.read();
    this.#reader.read();
    if (arrival.iif === null) this.#namespace.inside(() => this.#sender.send(packet, arrival, tagged.bytes));
    else this.#receive(arrival, packet.family, tagged.bytes);
    const { observation, ctid } = observe({
      records: this.#tracer.read(),
      frames: this.#reader.read(),
      isOurs: tagged.isOurs,
      isLocal: arrival.iif === null,
      deviceName: (index) => this.#names.get(index) ?? null,
      isWire: (device) => this.#taps.has(device),
    });
    return ctid === null ? observation : { ...observation, ctmark: this.#conntrack.markOf(packet, ctid) };
  }

  flushConntrack(): void {
    this.#conntrack.flush();
  }

  /** Loads tables over those of the same names; other tables stay. Flows stay too: see flushConntrack. */
  replaceRules(rules: readonly RulesText[]): void {
    this.#namespace.inside(() => {
      this.#restoreRules(rules);
    });
  }

  /** Runs a command in the namespace. */
  run(argv: readonly [string, ...string[]], stdin = ""): string {
    return this.#namespace.inside(() => runOrThrow(this.#runner, argv, { stdin }));
  }

  close(): void {
    this.#tracer.close();
    this.#conntrack.close();
    this.#closeFiles();
  }

  #closeFiles(): void {
    this.#sender.close();
    for (const fd of this.#sockets) this.#libc.close(fd);
    for (const wire of this.#wires.values()) wire.close();
    for (const tap of this.#taps.values()) closeTap(this.#libc, tap);
    this.#taps.clear();
    this.#namespace.close();
  }

  #receive(arrival: Arrival, family: Family, bytes: Uint8Array): void {
    const device = arrival.physin ?? this.#portOf(arrival.iif ?? "");
    const header = Buffer.concat([
      ingressAddress(arrival.mark, arrival.pktType),
      Buffer.from((arrival.smac ?? UNKNOWN_MAC).replaceAll(":", ""), "hex"),
      ETHERTYPES[family],
    ]);
    const frame = Buffer.concat([header, bytes]);
    const tap = this.#taps.get(device);
    const wire = this.#wires.get(device);
    if (tap !== undefined) writeFrame(tap, frame);
    else if (wire !== undefined) wire.send(frame);
    else throw labError(`no packet can enter ${device}: the lab has no wire there`);
  }

  /** A bridge is entered by its first port. */
  #portOf(device: string): string {
    return this.#ports.get(device) ?? device;
  }

  #makeDevices(snapshot: Snapshot, devices: readonly Device[], notes: string[]): void {
    for (const device of devices) {
      if (isWire(device)) this.#taps.set(device.link.name, openTap(this.#libc, device.link.name));
    }
    this.#batch([], deviceCommands(devices), notes);
    this.#batch([], neighbourCommands(snapshot, devices), notes);
  }

  #routeAndRule(snapshot: Snapshot, notes: string[]): void {
    const tables = new TableNumbers();
    for (const family of FAMILIES) {
      const flag = family === "ip" ? "-4" : "-6";
      const { [family]: routes } = snapshot.routes;
      const { [family]: rules } = snapshot.rules;
      if (routes !== null) this.#batch([flag], routeCommands(family, routes, tables), notes);
      if (rules !== null) this.#batch([flag], ruleCommands(family, rules, tables), notes);
    }
  }

  /** `ip -batch`, which names the line that it could not do and goes on. */
  #batch(flags: readonly string[], lines: readonly string[], notes: string[]): void {
    if (lines.length === 0) return;
    const { status, stderr } = this.#runner.run(["ip", ...flags, "-force", "-batch", "-"], {
      stdin: `${lines.join("\n")}\n`,
    });
    if (status === 0) return;
    let said = "";
    for (const line of stderr.split("\n")) {
      const failed = /^Command failed -:(\d+)$/.exec(line);
      if (failed === null) said = line;
      else notes.push(`ip ${lines[Number(failed[1]) - 1] ?? ""}: ${said}`);
    }
  }

  #deviceNames(): ReadonlyMap<number, string> {
    const names = new Map<number, string>();
    for (const line of runOrThrow(this.#runner, ["ip", "-o", "link"]).split("\n")) {
      const words = /^(\d+): ([^:@]+)/.exec(line);
      if (words !== null) names.set(Number(words[1]), words[2] ?? "");
    }
    return names;
  }

  /** veth ends and lo take frames from a packet socket on the other end. */
  #openWires(devices: readonly Device[], names: ReadonlyMap<number, string>): void {
    const indexes = new Map([...names].map(([index, name]) => [name, index]));
    for (const { link, what } of devices) {
      const end = what.kind === "veth" ? what.peer : what.kind === "loopback" ? "lo" : null;
      const index = indexes.get(end ?? "");
      if (index !== undefined) this.#wires.set(link.name, new WireSocket(this.#libc, index));
    }
  }

  #restoreSets(text: string): void {
    if (text !== "") runOrThrow(this.#runner, ["ipset", "restore"], { stdin: text });
  }

  #restoreRules(rules: readonly RulesText[]): void {
    const counts = new Map<string, number>();
    for (const { family, backend, text } of rules) {
      if (text === "") continue;
      const tool = family === "ip" ? "iptables" : "ip6tables";
      runOrThrow(this.#runner, [`${tool}-${backend}-restore`], { stdin: text });
    }
    for (const family of new Set(rules.filter(({ backend }) => backend === "legacy").map((rule) => rule.family))) {
      const tool = family === "ip" ? "iptables" : "ip6tables";
      countRules(family, runOrThrow(this.#runner, [`${tool}-legacy-save`]), counts);
    }
    this.#tracer.learnRules(counts);
  }

  #openSockets(snapshot: Snapshot, notes: string[]): void {
    for (const socket of snapshot.sockets ?? []) {
      const opened = openSocket(this.#libc, socket);
      if (opened === null) continue;
      if ("fd" in opened) this.#sockets.push(opened.fd);
      else notes.push(opened.problem);
    }
  }
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

function countRules(family: Family, saved: string, counts: Map<string, number>): void {
  let table = "";
  for (const line of saved.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1);
    else if (line.startsWith("-A ")) {
      const key = chainKey(family, table, line.split(" ", 2)[1] ?? "");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
}

/** The snapshot's tables as input of the restore tools. */
export function rulesOf(snapshot: Snapshot, unknown: "legacy" | "nft"): readonly RulesText[] {
  return FAMILIES.flatMap((family) => {
    const tables = snapshot.tables[family] ?? [];
    const held = (by: "legacy" | "nft"): readonly Table[] =>
      tables.filter(({ backend }) => (backend === "unknown" ? unknown : backend) === by);
    return (["legacy", "nft"] as const)
      .map((backend) => ({ family, backend, text: printIptablesSave(held(backend).map(committed)) }))
      .filter(({ text }) => text !== "");
  });
}

function committed(table: Table): Table {
  return { ...table, committed: true };
}

/** Input of `ipset restore`. */
function printSets(sets: readonly IpSet[]): string {
  const lines = sets.map(({ name, type, options }) => ["create", name, type, ...options.map(optionText)].join(" "));
  for (const { name, elements } of sets) {
    for (const { text, nomatch, options } of elements) {
      lines.push(["add", name, text, ...(nomatch ? ["nomatch"] : []), ...options.map(optionText)].join(" "));
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}

function optionText({ name, value }: { readonly name: string; readonly value: string | null }): string {
  return value === null ? name : `${name} ${value}`;
}

const FLOW_LABEL = 0xb1d7e;
const SPARE_ID = 1;

/** Makes a packet recognisable wherever it turns up: by its IPv4 id, or by a flow label. NAT changes neither. */
function tag(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly isOurs: (packet: Buffer) => boolean } {
  const tagged = Buffer.from(bytes);
  if (tagged.readUInt8(0) >> 4 === 6) {
    tagged.writeUInt32BE((tagged.readUInt32BE(0) & 0xfff0_0000) | FLOW_LABEL);
    return {
      bytes: tagged,
      isOurs: (packet) => packet.readUInt8(0) >> 4 === 6 && (packet.readUInt32BE(0) & 0xf_ffff) === FLOW_LABEL,
    };
  }
  // A raw socket would fill in an id of 0 itself.
  const id = tagged.readUInt16BE(4) === 0 ? SPARE_ID : tagged.readUInt16BE(4);
  tagged.writeUInt16BE(id, 4);
  return {
    bytes: withHeaderChecksum(tagged),
    isOurs: (packet) => packet.readUInt8(0) >> 4 === 4 && packet.readUInt16BE(4) === id,
  };
}

function withHeaderChecksum(bytes: Buffer): Buffer {
  const header = bytes.subarray(0, (bytes.readUInt8(0) & 15) * 4);
  header.writeUInt16BE(0, 10);
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  header.writeUInt16BE(~sum & 0xffff, 10);
  return bytes;
}
