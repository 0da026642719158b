import { netOf, printAddress, printAddressMask } from "../../base/address.ts";
import type { Address, Family, Prefix } from "../../base/address.ts";
import { single } from "../../base/ranges.ts";
import type { Range } from "../../base/ranges.ts";
import type { Action, FelixOption, FelixRule, Fragment } from "./felix-rule.ts";
import type { Icmp, Protocol } from "./input.ts";

/** Felix's spelling of every test and action that it writes, each once. */

export function rule(fragments: readonly Fragment[], action: Action, ...comments: readonly string[]): FelixRule {
  return { comments, fragments, action };
}

function option(name: string, words: readonly string[] = [], negated = false): FelixOption {
  return { name, negated, words, isQuoted: false };
}

function match(name: string, ...options: readonly FelixOption[]): Fragment {
  return { kind: "match", name, options };
}

/** All bits of `mask` set: felix's MarkSet. */
export function markSet(mask: number): Fragment {
  return match("mark", option("mark", [`${hex(mask)}/${hex(mask)}`]));
}

/** None of them: felix's MarkClear, with its bare zero. */
export function markClear(mask: number): Fragment {
  return match("mark", option("mark", [`0/${hex(mask)}`]));
}

export function inInterface(name: string): Fragment {
  return { kind: "interface", side: "in", name };
}

export function outInterface(name: string): Fragment {
  return { kind: "interface", side: "out", name };
}

export function ctState(states: string): Fragment {
  return match("conntrack", option("ctstate", [states]));
}

/** A name in small letters, a number as it is: both say the same to iptables, not to the hash. */
export function protocol(of: Protocol, negated = false): Fragment {
  return { kind: "protocol", negated, protocol: String(of).toLowerCase() };
}

type Side = "source" | "destination";

/** A network as a policy has it: masked, its length always there. */
export function net(side: Side, prefix: Prefix, negated = false): Fragment {
  return { kind: "net", side, negated, net: printAddressMask(netOf(prefix)) };
}

/** One address, without a length. */
export function host(side: Side, address: Address): Fragment {
  return { kind: "net", side, negated: false, net: printAddress(address) };
}

export function ipset(name: string, side: Side, negated = false): Fragment {
  return match("set", option("match-set", [name, side === "source" ? "src" : "dst"], negated));
}

export function ports(side: Side, ranges: readonly Range[], negated = false): Fragment {
  const words = ranges.map(({ from, to }) => (from === to ? String(from) : `${String(from)}:${String(to)}`));
  return match("multiport", option(`${side}-ports`, [words.join(",")], negated));
}

export function port(side: Side, number: number): Fragment {
  return ports(side, [single(number)]);
}

export function icmp(family: Family, { type, code }: Icmp, negated = false): Fragment {
  const word = code === null ? String(type) : `${String(type)}/${String(code)}`;
  return family === "ip"
    ? match("icmp", option("icmp-type", [word], negated))
    : match("icmp6", option("icmpv6-type", [word], negated));
}

/** Felix asks twice where both are asked: of any address of the host, and of one of the interface. */
export function sourceIsLocal(scope: "host" | "out-interface", negated = false): Fragment {
  const limit = scope === "host" ? [] : [option("limit-iface-out")];
  return match("addrtype", option("src-type", ["LOCAL"], negated), ...limit);
}

export const REVERSE_PATH_FAILED: Fragment = match("rpfilter", option("invert"));

export const ACCEPT: Action = { kind: "verdict", verdict: "ACCEPT" };
export const DROP: Action = { kind: "verdict", verdict: "DROP" };
export const RETURN: Action = { kind: "verdict", verdict: "RETURN" };
export const NOTRACK: Action = { kind: "target", name: "NOTRACK", options: [] };
export const MASQUERADE: Action = { kind: "target", name: "MASQUERADE", options: [] };

export function jump(chain: string): Action {
  return { kind: "jump", chain };
}

export function goTo(chain: string): Action {
  return { kind: "goto", chain };
}

export function setMark(mask: number): Action {
  return { kind: "target", name: "MARK", options: [option("set-mark", [`${hex(mask)}/${hex(mask)}`])] };
}

export function clearMark(mask: number): Action {
  return { kind: "target", name: "MARK", options: [option("set-mark", [`0/${hex(mask)}`])] };
}

/** In front of the text that the kernel logs; syslog's level "notice". */
export function log(prefix: string): Action {
  const text: FelixOption = { name: "log-prefix", negated: false, words: [`${prefix}: `], isQuoted: true };
  return { kind: "target", name: "LOG", options: [text, option("log-level", ["5"])] };
}

export function dnat(to: Address, toPort: number | null): Action {
  const address = printAddress(to);
  const words = [toPort === null ? address : `${address}:${String(toPort)}`];
  return { kind: "target", name: "DNAT", options: [option("to-destination", words)] };
}

export function snat(to: Address): Action {
  return { kind: "target", name: "SNAT", options: [option("to-source", [printAddress(to)])] };
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
