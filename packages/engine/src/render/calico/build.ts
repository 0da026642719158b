import { netOf, printAddress, printAddressMask } from "../../base/address.ts";
import type { Address, Family, Prefix } from "../../base/address.ts";
import { single } from "../../base/ranges.ts";
import type { Range } from "../../base/ranges.ts";
import type { RenderContext } from "./context.ts";
import type { Action, FelixOption, FelixRule, Fragment } from "./felix-rule.ts";
import type { Icmp, Protocol } from "./input.ts";

/** Felix's spelling of every test and action that it writes, each once. */

export function rule(fragments: readonly Fragment[], action: Action | null, ...comments: readonly string[]): FelixRule {
  return { comments, fragments, action };
}

const LONGEST_COMMENT = 256;

/** What an object says, as a comment that needs no escaping: felix/iptables/rules.go escapeComment. */
export function commentOf(text: string): string {
  return text.replace(/[^\w @%+=:,./-]/gu, "_").slice(0, LONGEST_COMMENT);
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

/** Some of them. */
export function markNotClear(mask: number): Fragment {
  return match("mark", option("mark", [`0/${hex(mask)}`], true));
}

/** The bits of `mask` are `value`, which is not zero. */
export function markIs(value: number, mask: number, negated = false): Fragment {
  return match("mark", option("mark", [`${hex(value)}/${hex(mask)}`], negated));
}

export function inInterface(name: string): Fragment {
  return { kind: "interface", side: "in", name };
}

export function outInterface(name: string): Fragment {
  return { kind: "interface", side: "out", name };
}

export function ctState(states: string, negated = false): Fragment {
  return match("conntrack", option("ctstate", [states], negated));
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

/** The address and the port of one side are in it. */
export function portSet(name: string, side: Side, negated = false): Fragment {
  const word = side === "source" ? "src,src" : "dst,dst";
  return match("set", option("match-set", [name, word], negated));
}

export function ports(side: Side, ranges: readonly Range[], negated = false): Fragment {
  const words = ranges.map(({ from, to }) => (from === to ? String(from) : `${String(from)}:${String(to)}`));
  return match("multiport", option(`${side}-ports`, [words.join(",")], negated));
}

export function port(side: Side, number: number): Fragment {
  return ports(side, [single(number)]);
}

/** As Felix asks for one port where it asks for no list. */
export function udpPort(number: number): Fragment {
  return { kind: "implicit", name: "udp", option: option("dport", [String(number)]) };
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

export const DESTINATION_IS_LOCAL: Fragment = match("addrtype", option("dst-type", ["LOCAL"]));

export const REVERSE_PATH_FAILED: Fragment = match("rpfilter", option("invert"));
/** The mark counts in the choice of the way back. */
export const REVERSE_PATH_FAILED_BY_MARK: Fragment = match("rpfilter", option("invert"), option("validmark"));

export function limit(perSecond: number, burst: number): Fragment {
  return match("limit", option("limit", [`${String(perSecond)}/sec`]), option("limit-burst", [String(burst)]));
}

/** The first packet of a TCP connection when there are more than so many. */
export function moreConnections(than: number): readonly Fragment[] {
  return [
    protocol("tcp"),
    match("tcp", option("tcp-flags", ["FIN,SYN,RST,ACK", "SYN"])),
    match("connlimit", option("connlimit-above", [String(than)]), option("connlimit-mask", ["0"])),
  ];
}

export const ACCEPT: Action = { kind: "verdict", verdict: "ACCEPT" };
export const DROP: Action = { kind: "verdict", verdict: "DROP" };
export const RETURN: Action = { kind: "verdict", verdict: "RETURN" };
export const NOTRACK: Action = { kind: "target", name: "NOTRACK", options: [] };
export const REJECT: Action = { kind: "target", name: "REJECT", options: [] };
export const RESET: Action = {
  kind: "target",
  name: "REJECT",
  options: [option("reject-with", ["tcp-reset"])],
  isShort: true,
};

export function jump(chain: string): Action {
  return { kind: "jump", chain };
}

export function goTo(chain: string): Action {
  return { kind: "goto", chain };
}

export function setMark(mask: number): Action {
  return setMaskedMark(mask, mask);
}

export function setMaskedMark(value: number, mask: number): Action {
  return { kind: "target", name: "MARK", options: [option("set-mark", [`${hex(value)}/${hex(mask)}`])] };
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

/** felix/iptables/actions.go MasqAction, SNATAction: the port's choice is random where the node can. */
export function masquerade(isRandom: boolean, toPorts: Range | null = null): Action {
  return {
    kind: "target",
    name: "MASQUERADE",
    options: [...(toPorts === null ? [] : [option("to-ports", [portSpan(toPorts)])]), ...randomly(isRandom)],
  };
}

export function snat(to: Address, isRandom: boolean, toPorts: Range | null = null): Action {
  const address = printAddress(to);
  const word = toPorts === null ? address : `${address}:${portSpan(toPorts)}`;
  return { kind: "target", name: "SNAT", options: [option("to-source", [word]), ...randomly(isRandom)] };
}

function randomly(isRandom: boolean): readonly FelixOption[] {
  return isRandom ? [option("random-fully")] : [];
}

function portSpan({ from, to }: Range): string {
  return `${String(from)}-${String(to)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

export function verdict(of: "ACCEPT" | "DROP" | "RETURN"): Action {
  return { kind: "verdict", verdict: of };
}

/** What becomes of a packet that is denied, and what the comment calls it. */
export function deny({ felix }: RenderContext): Action {
  return felix.deny === "DROP" ? DROP : REJECT;
}

export function denyWord({ felix, has }: RenderContext): string {
  return felix.deny === "REJECT" && has("denyWords") ? "Reject" : "Drop";
}
