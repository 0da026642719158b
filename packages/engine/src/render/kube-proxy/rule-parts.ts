import type { Address, AddressMask, Family, Prefix } from "../../base/address.ts";
import { hostNet, netOf } from "../../base/address.ts";
import type { ServiceProtocol } from "../../desired/service.ts";
import type { Match, Negatable, Target } from "../../model/ruleset.ts";
import { PROTO } from "../../program/protocol.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { match } from "../iptables/spec.ts";

/** As kube-proxy writes a probability: `%0.10f`. */
const PROBABILITY_DIGITS = 10;

/** How a protocol is spelled after `-m` and in hashes, and its number. */
const SPELLED = {
  TCP: { name: "tcp", number: PROTO.tcp },
  UDP: { name: "udp", number: PROTO.udp },
  SCTP: { name: "sctp", number: PROTO.sctp },
} as const;

export function spellingOf(protocol: ServiceProtocol): "tcp" | "udp" | "sctp" {
  return SPELLED[protocol].name;
}

export function protocolNumber(protocol: ServiceProtocol): number {
  return SPELLED[protocol].number;
}

interface Transport {
  readonly proto: Negatable<number>;
  readonly match: Match;
}

/** The pieces that the rules of one family are put together from; what many rules share is made once. */
export interface RuleParts {
  /** `-m comment --comment …`. */
  comment(text: string): Match;
  match(name: string, written: Readonly<Record<string, string>>): Match;
  /** `-m tcp -p tcp --dport N`, or without a port. */
  transport(protocol: ServiceProtocol, dport?: number): Transport;
  /** `-m statistic`: one in `n`; nothing for the only one. */
  chance(n: number): readonly Match[];
  /** `-m comment … -m tcp -p tcp -d A --dport N -j TARGET`: traffic for a port at an address, in the order in which kube-proxy writes it. */
  to(
    address: Address | null,
    protocol: ServiceProtocol,
    dport: number,
    target: Target,
    ...before: readonly Match[]
  ): RuleSpec;
}

export function rulePartsOf(family: Family): RuleParts {
  const transports = new Map<string, Transport>();
  const chances = new Map<number, readonly Match[]>([[1, []]]);
  const parts: RuleParts = {
    comment: (text) => match(family, "comment", { comment: text }),
    match: (name, written) => match(family, name, written),
    transport(protocol, dport) {
      const key = `${protocol} ${String(dport)}`;
      const known = transports.get(key);
      if (known !== undefined) return known;
      const { name, number } = SPELLED[protocol];
      const ports = match(family, name, dport === undefined ? {} : { dport: String(dport) });
      const made = { proto: { negated: false, value: number }, match: ports };
      transports.set(key, made);
      return made;
    },
    chance(n) {
      const known = chances.get(n);
      if (known !== undefined) return known;
      const made = [match(family, "statistic", { mode: "random", probability: (1 / n).toFixed(PROBABILITY_DIGITS) })];
      chances.set(n, made);
      return made;
    },
    to(address, protocol, dport, target, ...before) {
      const { proto, match: ports } = parts.transport(protocol, dport);
      return { dst: address === null ? null : host(address), proto, matches: [...before, ports], target };
    },
  };
  return parts;
}

export function host(address: Address): Negatable<AddressMask> {
  return { negated: false, value: hostNet(address) };
}

/** `-s PREFIX`; a prefix of length 0 is every address, and the tools do not keep it. */
export function net(prefix: Prefix): Negatable<AddressMask> | null {
  return prefix.length === 0 ? null : { negated: false, value: netOf(prefix) };
}
