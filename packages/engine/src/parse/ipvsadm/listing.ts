import { printAddress } from "../../base/address.ts";
import type { Span } from "../../base/span.ts";
import type { Words } from "../../base/words.ts";
import { peekWord, takeWord } from "../../base/words.ts";
import type { IpvsEnd, IpvsKey } from "../../model/ipvs.ts";
import { readEnd, readHexEnd } from "./ends.ts";
import { IPVS_METHODS, IPVS_PROTOCOLS, newService, readMark, readWeight } from "./service.ts";
import type { Read, ServiceDraft } from "./service.ts";

/** What stands in the columns: numbers as ipvsadm prints them, as /proc/net/ip_vs does, or another listing (`--stats`). */
export type Columns = "decimal" | "hex" | "unknown";

/** One line of a listing; null: none, or a value of it cannot be read. */
export function readListed(words: Words, columns: Columns, span: Span): Read | null {
  if (columns === "unknown") return null;
  const first = takeWord(words) ?? "";
  if (first === "->") return readServer(words, columns, span);
  const key = readKey(first, words, columns);
  return key === null ? null : readService(newService(key, span), words);
}

function endOf(words: Words, columns: Columns): IpvsEnd | null {
  const text = takeWord(words);
  if (text === undefined) return null;
  return columns === "hex" ? readHexEnd(text) : readEnd(text);
}

/** `TCP  10.96.0.1:443`, `FWM  1`, `FWM  1 IPv6`. */
function readKey(first: string, words: Words, columns: Columns): IpvsKey | null {
  if (first === "FWM") {
    const text = takeWord(words) ?? "";
    const isIp6 = peekWord(words) === "IPv6";
    if (isIp6) takeWord(words);
    const isHex = columns === "hex" && /^[0-9A-Fa-f]{1,8}$/.test(text);
    return readMark(isHex ? String(parseInt(text, 16)) : text, isIp6);
  }
  const proto = IPVS_PROTOCOLS.get(first);
  const end = proto === undefined ? null : endOf(words, columns);
  return proto === undefined || end === null ? null : { kind: "address", proto, end };
}

/** `sh (sh-port) persistent 300 mask 255.255.255.0 pe sip ops`; in /proc the mask stands bare behind the timeout. */
function readService(service: ServiceDraft, words: Words): Read | null {
  service.scheduler = takeWord(words) ?? "";
  if (service.scheduler === "") return null;
  for (let word = takeWord(words); word !== undefined; word = takeWord(words)) {
    if (!readFlag(service, word, words)) return null;
  }
  return { kind: "service", service };
}

function readFlag(service: ServiceDraft, word: string, words: Words): boolean {
  const { persistence } = service;
  if (/^\(.*\)$/.test(word)) service.schedulerFlags = word.slice(1, -1).split(",");
  else if (word === "ops") service.onePacket = true;
  else if (word === "persistent" && /^\d{1,10}$/.test(peekWord(words) ?? "")) {
    service.persistence = { timeout: Number(takeWord(words)), netmask: null, engine: null };
  } else if (persistence === null) return false;
  else if (word === "mask") service.persistence = { ...persistence, netmask: takeWord(words) ?? null };
  else if (word === "pe") service.persistence = { ...persistence, engine: takeWord(words) ?? null };
  else if (/^[0-9A-F]{8}$/.test(word)) {
    service.persistence = { ...persistence, netmask: hexMask(word, service.key) };
  } else return false;
  return true;
}

/** `svc->netmask` as /proc prints it: a mask, or for IPv6 a length with its bytes swapped (ip_vs_info_seq_show). */
function hexMask(word: string, key: IpvsKey): string | null {
  const mask = parseInt(word, 16);
  const isIp6 = key.kind === "fwmark" ? key.family === "ip6" : typeof key.end.address === "bigint";
  if (isIp6) return mask === 0x8000_0000 ? null : String(mask >>> 24);
  return mask === 0xffff_ffff ? null : printAddress(mask);
}

/** `-> 10.0.0.5:8080  Masq  1  0  0`; with `--tun-info` the tunnel stands before the weight. */
function readServer(words: Words, columns: Columns, span: Span): Read | null {
  const end = endOf(words, columns);
  const method = IPVS_METHODS.get(takeWord(words) ?? "");
  const rest = words.items.slice(words.at).map(({ text }) => text);
  const weight = readWeight(rest.at(-3));
  if (end === null || method === undefined || weight === null || rest.length > 4) return null;
  const info = rest.length === 4 ? rest[0] : undefined;
  const tunnel = info === undefined || info === "n/a" || info === "-" ? {} : { tunnel: info };
  return { kind: "server", of: "last", server: { end, method, weight, span, ...tunnel } };
}
