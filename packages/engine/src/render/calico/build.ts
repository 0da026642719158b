import { netOf, printAddress, printAddressMask } from "../../base/address.ts";
import type { Address, Family, Prefix } from "../../base/address.ts";
import { single } from "../../base/ranges.ts";
import type { Range } from "../../base/ranges.ts";
import type { NodeContext } from "./context.ts";
import type { Action, FelixRule, Fragment } from "./felix-rule.ts";
import type { Icmp, Protocol } from "./input.ts";

/** Every test and action that Felix writes, each once. */

export function rule(fragments: readonly Fragment[], action: Action | null, ...comments: readonly string[]): FelixRule {
  return { comments: comments.length === 0 ? NO_COMMENTS : comments, fragments, action };
}

/** One for all rules without any, which are most. */
const NO_COMMENTS: readonly string[] = [];

const LONGEST_COMMENT = 256;

/** What an object says, as a comment that needs no escaping: felix/iptables/rules.go escapeComment. */
export function commentOf(text: string): string {
  return text.replace(/[^\w @%+=:,./-]/gu, "_").slice(0, LONGEST_COMMENT);
}

/** All bits of `mask` set: felix's MarkSet. */
export function markSet(mask: number): Fragment {
  return markIs(mask, mask);
}

/** None of them: felix's MarkClear. */
export function markClear(mask: number): Fragment {
  return markIs(0, mask);
}

/** Some of them. */
export function markNotClear(mask: number): Fragment {
  return markIs(0, mask, true);
}

/** The bits of `mask` are `value`. */
export function markIs(value: number, mask: number, negated = false): Fragment {
  return { kind: "mark", value, mask, negated };
}

export function inInterface(name: string): Fragment {
  return { kind: "interface", side: "in", name };
}

export function outInterface(name: string): Fragment {
  return { kind: "interface", side: "out", name };
}

export function ctState(states: string, negated = false): Fragment {
  return { kind: "ct-state", states, negated };
}

/** A name in small letters, a number as it is: both say the same to the tools, not to the hash. */
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
  return { kind: "set", side, set: name, withPort: false, negated };
}

/** The address and the port of one side are in it. */
export function portSet(name: string, side: Side, negated = false): Fragment {
  return { kind: "set", side, set: name, withPort: true, negated };
}

export function ports(side: Side, ranges: readonly Range[], negated = false): Fragment {
  return { kind: "ports", side, ranges, negated };
}

export function port(side: Side, number: number): Fragment {
  return ports(side, [single(number)]);
}

/** As Felix asks for one port where it asks for no list. */
export function udpPort(number: number): Fragment {
  return { kind: "udp-port", port: number };
}

export function icmp(family: Family, asked: Icmp, negated = false): Fragment {
  return { kind: "icmp", family, icmp: asked, negated };
}

/** Felix asks twice where both are asked: of any address of the host, and of one of the interface. */
export function sourceIsLocal(scope: "host" | "out-interface", negated = false): Fragment {
  return { kind: "local", side: "source", scope, negated };
}

export const DESTINATION_IS_LOCAL: Fragment = { kind: "local", side: "destination", scope: "host", negated: false };

export const REVERSE_PATH_FAILED: Fragment = { kind: "reverse-path-failed", byMark: false };
/** IPVS has a connection for it. */
export const IPVS: Fragment = { kind: "ipvs" };
/** The mark counts in the choice of the way back. */
export const REVERSE_PATH_FAILED_BY_MARK: Fragment = { kind: "reverse-path-failed", byMark: true };

export function limit(perSecond: number, burst: number): Fragment {
  return { kind: "limit", perSecond, burst };
}

/** The first packet of a TCP connection when there are more than so many. */
export function moreConnections(above: number): readonly Fragment[] {
  return [protocol("tcp"), { kind: "connections", above }];
}

export const ACCEPT: Action = { kind: "verdict", verdict: "ACCEPT" };
export const DROP: Action = { kind: "verdict", verdict: "DROP" };
export const RETURN: Action = { kind: "verdict", verdict: "RETURN" };
export const NOTRACK: Action = { kind: "notrack" };
export const REJECT: Action = { kind: "reject", withReset: false };
export const RESET: Action = { kind: "reject", withReset: true };

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
  return { kind: "set-mark", value, mask };
}

export function clearMark(mask: number): Action {
  return { kind: "clear-mark", mask };
}

/** In front of the text that the kernel logs. */
export function log(prefix: string): Action {
  return { kind: "log", prefix };
}

/** To a group of netlink, with a prefix of no blanks. */
export function nflog(group: number, prefix: string): Action {
  return { kind: "nflog", group, prefix };
}

export function dnat(address: Address, toPort: number | null): Action {
  return { kind: "dnat", address, port: toPort };
}

/** MasqAction, SNATAction: the port's choice is random where the node can. */
export function masquerade(isRandom: boolean, toPorts: Range | null = null): Action {
  return { kind: "masquerade", ports: toPorts, isRandom };
}

export function snat(address: Address, isRandom: boolean, toPorts: Range | null = null): Action {
  return { kind: "snat", address, ports: toPorts, isRandom };
}

export function verdict(of: "ACCEPT" | "DROP" | "RETURN"): Action {
  return { kind: "verdict", verdict: of };
}

/** What becomes of a packet that is accepted; up to 2.6 only host endpoints may choose. */
export function allow(context: NodeContext): Action {
  return verdict(allowVerdict(context));
}

export function allowVerdict({ felix, has }: NodeContext): "ACCEPT" | "RETURN" {
  return has("allowActionEverywhere") ? felix.filterAllow : "ACCEPT";
}

/** What becomes of a packet that is denied, and what the comment calls it. */
export function deny({ felix }: NodeContext): Action {
  return felix.deny === "DROP" ? DROP : REJECT;
}

export function denyWord({ felix, has }: NodeContext): string {
  return felix.deny === "REJECT" && has("denyWords") ? "Reject" : "Drop";
}
