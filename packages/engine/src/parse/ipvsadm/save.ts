import type { Span } from "../../base/span.ts";
import type { Words } from "../../base/words.ts";
import { peekWord, takeWord } from "../../base/words.ts";
import type { Draft } from "../../model/draft.ts";
import type { IpvsKey, IpvsMethod, Persistence, RealServer } from "../../model/ipvs.ts";
import { PROTO } from "../../program/protocol.ts";
import { readEnd } from "./ends.ts";
import { newService, readMark, readWeight } from "./service.ts";
import type { Read, ServiceDraft } from "./service.ts";

/** Long spellings (ipvsadm.8); `-S` prints the short ones. */
const LONG: ReadonlyMap<string, string> = new Map([
  ["--add-service", "-A"],
  ["--add-server", "-a"],
  ["--tcp-service", "-t"],
  ["--udp-service", "-u"],
  ["--fwmark-service", "-f"],
  ["--ipv6", "-6"],
  ["--scheduler", "-s"],
  ["--persistent", "-p"],
  ["--netmask", "-M"],
  ["--ops", "-o"],
  ["--sched-flags", "-b"],
  ["--real-server", "-r"],
  ["--masquerading", "-m"],
  ["--gatewaying", "-g"],
  ["--ipip", "-i"],
  ["--weight", "-w"],
  ["--u-threshold", "-x"],
  ["--l-threshold", "-y"],
]);

function takeOption(words: Words): string | undefined {
  const word = takeWord(words);
  return word === undefined ? undefined : (LONG.get(word) ?? word);
}

/** One line of `ipvsadm -S`, or the command that made it; null: it is none, or a value of it cannot be read. */
export function readCommand(words: Words, span: Span): Read | null {
  const start = words.at;
  if (peekWord(words) === "ipvsadm") takeWord(words);
  const command = takeOption(words);
  if (command !== "-A" && command !== "-a") {
    words.at = start;
    return null;
  }
  const key = readKey(words);
  if (key === null) return null;
  return command === "-A" ? readService(newService(key, span), words) : readServer(key, words, span);
}

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["-t", PROTO.tcp],
  ["-u", PROTO.udp],
  ["--sctp-service", PROTO.sctp],
]);

function readKey(words: Words): IpvsKey | null {
  const option = takeOption(words) ?? "";
  const value = takeWord(words) ?? "";
  if (option === "-f") {
    const isIp6 = peekWord(words) === "-6" || peekWord(words) === "--ipv6";
    if (isIp6) takeWord(words);
    return readMark(value, isIp6);
  }
  const proto = PROTOCOLS.get(option);
  return proto === undefined || value === "" ? null : { kind: "address", proto, end: readEnd(value) };
}

/** How an option is read; false: its value cannot be. */
type Reader<Drafted> = (draft: Drafted, words: Words) => boolean;

const SERVICE_OPTIONS: ReadonlyMap<string, Reader<ServiceDraft>> = new Map<string, Reader<ServiceDraft>>([
  ["-s", (draft, words) => setText(words, (text) => (draft.scheduler = text))],
  ["-p", readPersistence],
  ["-M", (draft, words) => setText(words, (netmask) => (draft.persistence = { ...persistenceOf(draft), netmask }))],
  ["--pe", (draft, words) => setText(words, (engine) => (draft.persistence = { ...persistenceOf(draft), engine }))],
  [
    "-o",
    (draft) => {
      draft.onePacket = true;
      return true;
    },
  ],
  ["-b", (draft, words) => setText(words, (flags) => (draft.schedulerFlags = flags.split(",")))],
]);

/** `-p` alone: 300 seconds (ipvsadm.8). */
const DEFAULT_TIMEOUT = 300;

function persistenceOf({ persistence }: ServiceDraft): Persistence {
  return persistence ?? { timeout: DEFAULT_TIMEOUT, netmask: null, engine: null };
}

function readPersistence(draft: ServiceDraft, words: Words): boolean {
  const seconds = peekWord(words) ?? "";
  const isGiven = /^\d{1,10}$/.test(seconds);
  if (isGiven) takeWord(words);
  draft.persistence = { ...persistenceOf(draft), timeout: isGiven ? Number(seconds) : DEFAULT_TIMEOUT };
  return true;
}

function setText(words: Words, set: (text: string) => void): boolean {
  const text = takeWord(words);
  if (text === undefined || text.startsWith("-")) return false;
  set(text);
  return true;
}

function readService(service: ServiceDraft, words: Words): Read | null {
  return readOptions(service, words, SERVICE_OPTIONS) ? { kind: "service", service } : null;
}

type ServerDraft = Omit<Draft<RealServer>, "end"> & { end: RealServer["end"] | null; readonly tunnelWords: string[] };

function method(name: IpvsMethod): Reader<ServerDraft> {
  return (draft) => {
    draft.method = name;
    return true;
  };
}

/** What is said of a tunnel is kept in its words. */
function tunnelWord(option: string, hasValue: boolean): readonly [string, Reader<ServerDraft>] {
  return [
    option,
    (draft, words) => {
      draft.tunnelWords.push(option);
      return !hasValue || setText(words, (text) => draft.tunnelWords.push(text));
    },
  ];
}

/** Thresholds are not printed by `-S`; whether a server has reached one is unknown anyway. */
const passedOver: Reader<ServerDraft> = (_draft, words) => setText(words, () => undefined);

const SERVER_OPTIONS: ReadonlyMap<string, Reader<ServerDraft>> = new Map<string, Reader<ServerDraft>>([
  ["-r", (draft, words) => setText(words, (text) => (draft.end = readEnd(text)))],
  ["-m", method("masq")],
  ["-g", method("route")],
  ["-i", method("tunnel")],
  [
    "-w",
    (draft, words) => {
      const weight = readWeight(takeWord(words));
      draft.weight = weight ?? 0;
      return weight !== null;
    },
  ],
  ["-x", passedOver],
  ["-y", passedOver],
  tunnelWord("--tun-type", true),
  tunnelWord("--tun-port", true),
  tunnelWord("--tun-nocsum", false),
  tunnelWord("--tun-csum", false),
  tunnelWord("--tun-remcsum", false),
]);

function readServer(key: IpvsKey, words: Words, span: Span): Read | null {
  // Direct routing and weight 1 where nothing is said (ipvsadm.8).
  const draft: ServerDraft = { end: null, method: "route", weight: 1, span, tunnelWords: [] };
  if (!readOptions(draft, words, SERVER_OPTIONS) || draft.end === null) return null;
  const { end, method: how, weight, tunnelWords } = draft;
  const tunnel = tunnelWords.length === 0 ? {} : { tunnel: tunnelWords.join(" ") };
  return { kind: "server", of: key, server: { end, method: how, weight, span, ...tunnel } };
}

function readOptions<Drafted>(draft: Drafted, words: Words, options: ReadonlyMap<string, Reader<Drafted>>): boolean {
  for (let option = takeOption(words); option !== undefined; option = takeOption(words)) {
    if (options.get(option)?.(draft, words) !== true) return false;
  }
  return true;
}
