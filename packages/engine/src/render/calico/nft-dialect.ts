import type { Family } from "../../base/address.ts";
import { printAddress } from "../../base/address.ts";
import { invariant } from "../../base/assert.ts";
import { parseProtocol } from "../../base/protocols.ts";
import { normaliseRanges } from "../../base/ranges.ts";
import type { Range } from "../../base/ranges.ts";
import type { NftExpression, NftMatch, NftStatement } from "../../model/nft.ts";
import { element } from "../nft/anonymous-set.ts";
import {
  binary,
  concat,
  deviceName,
  equal,
  literal,
  markOf,
  meta,
  payload,
  setRef,
  setTo,
  vmap,
} from "../nft/expression.ts";
import type { Action, Fragment } from "./felix-rule.ts";
import { beforePort } from "./iptables-dialect.ts";

/** Felix's spelling of every test and action for nft, which is hashed, and what nft makes of it: felix/nftables/match_builder.go, actions.go. */
export interface NftWords {
  readonly text: string;
  readonly statements: readonly NftStatement[];
}

/** Where a rule stands: its family, and what stands before the names of its chains. */
export interface NftPlace {
  readonly family: Family;
  readonly layer: string;
}

/** A set's name as nft takes it: felix/nftables LegalizeSetName. */
export function legalName(name: string): string {
  return name.replaceAll(":", "-");
}

/** Felix's name of a chain in its one table. */
export function layered({ layer }: NftPlace, chain: string): string {
  return chain.startsWith(layer) ? chain : `${layer}-${chain}`;
}

const FIELDS = {
  source: { address: "saddr", port: "sport" },
  destination: { address: "daddr", port: "dport" },
} as const;

const DEVICES = { in: "iifname", out: "oifname" } as const;

/** @param protocol that the rule asked for before; "": none. */
export function nftTest(fragment: Fragment, { family, layer }: NftPlace, protocol: string): NftWords {
  switch (fragment.kind) {
    case "interface": {
      const name = fragment.name.replace(/\+$/, "*");
      const key = DEVICES[fragment.side];
      return { text: `${key} ${name}`, statements: [equal(meta(key), deviceName(name))] };
    }
    case "net": {
      const { address } = FIELDS[fragment.side];
      return test(
        `${family} ${address}`,
        payload(family, address),
        fragment.negated,
        fragment.net,
        netOf(fragment.net),
      );
    }
    case "protocol":
      return test(
        "meta l4proto",
        meta("l4proto"),
        fragment.negated,
        fragment.protocol,
        literal(protocolName(fragment.protocol)),
      );
    case "mark": {
      const { value, mask, negated } = fragment;
      const isAll = {
        kind: "match",
        op: negated ? "!=" : "==",
        left: binary(meta("mark"), "&", markOf(mask)),
        right: markOf(value),
      } as const;
      return {
        text: `meta mark & ${hex(mask)} ${negated ? "!=" : "=="} ${value === 0 ? "0" : hex(value)}`,
        statements: [isAll],
      };
    }
    case "set": {
      const { address, port } = FIELDS[fragment.side];
      const name = legalName(fragment.set);
      const own = payload(family, address);
      // nft lists a port by the protocol that was asked for.
      const transport = portsOf(protocol) ?? "th";
      const [text, key] = fragment.withPort
        ? [`${family} ${address} . meta l4proto . th ${port}`, concat(own, meta("l4proto"), payload(transport, port))]
        : [`${family} ${address}`, own];
      return test(text, key, fragment.negated, `@${name}`, setRef(name));
    }
    case "ports": {
      const { port } = FIELDS[fragment.side];
      const transport = transportOf(protocol);
      const words = `{ ${fragment.ranges.map(span).join(", ")} }`;
      return test(`${transport} ${port}`, payload(transport, port), fragment.negated, words, portSet(fragment.ranges));
    }
    case "udp-port": {
      const transport = transportOf(protocol);
      return test(
        `${transport} dport`,
        payload(transport, "dport"),
        false,
        String(fragment.port),
        literal(fragment.port),
      );
    }
    case "icmp":
      return icmpTest(fragment);
    case "ct-state":
      return ctTest(fragment);
    case "local": {
      const { address } = FIELDS[fragment.side];
      const flags = fragment.scope === "host" ? [address] : [address, "oif"];
      return test(
        `fib ${flags.join(" . ")} type`,
        { kind: "fib", flags, result: "type" },
        fragment.negated,
        "local",
        literal("local"),
      );
    }
    case "reverse-path-failed": {
      const flags = ["saddr", "mark", "iif"];
      return test(`fib ${flags.join(" . ")} oif`, { kind: "fib", flags, result: "oif" }, false, "0", literal("0"));
    }
    case "verdict-map": {
      const map = layered({ family, layer }, fragment.map);
      return {
        text: `${DEVICES[fragment.side]} vmap @${map}`,
        statements: [vmap(meta(DEVICES[fragment.side]), setRef(map))],
      };
    }
    case "ipvs":
    case "limit":
    case "connections":
      // No version that writes for nft asks for IPVS; where a workload has a limit, whoever renders for nft says that it has none.
      invariant(false, "IPVS and limits of workloads are not rendered for nft");
  }
}

function test(text: string, left: NftExpression, negated: boolean, word: string, right: NftExpression): NftWords {
  const match: NftMatch = { kind: "match", op: negated ? "!=" : "==", left, right };
  return { text: `${text}${negated ? " !=" : ""} ${word}`, statements: [match] };
}

/** A network of one address is the address. */
function netOf(text: string): NftExpression {
  const [address = "", length = ""] = text.split("/");
  const full = address.includes(":") ? "128" : "32";
  return length === "" || length === full
    ? literal(address)
    : { kind: "prefix", address: literal(address), length: Number(length) };
}

/** As nft lists a protocol: by the name that it knows, else by its number. */
export function protocolName(text: string): string {
  const number = parseProtocol(text);
  invariant(number !== null, `an unknown protocol is no valid input: ${text}`);
  return NAMES.get(number) ?? String(number);
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [1, "icmp"],
  [4, "ipencap"],
  [6, "tcp"],
  [17, "udp"],
  [58, "ipv6-icmp"],
  [132, "sctp"],
  [136, "udplite"],
]);

const TRANSPORTS: ReadonlyMap<number, string> = new Map([
  [6, "tcp"],
  [17, "udp"],
  [132, "sctp"],
  [136, "udplite"],
]);

/** The protocol that ports are of, whichever way it was asked for; null: it has none. */
export function portsOf(protocol: string): string | null {
  return TRANSPORTS.get(parseProtocol(protocol) ?? 0) ?? null;
}

function transportOf(protocol: string): string {
  const name = portsOf(protocol);
  invariant(name !== null, `no protocol with ports was asked for: ${protocol}`);
  return name;
}

function span({ from, to }: Range): string {
  return from === to ? String(from) : `${String(from)}-${String(to)}`;
}

/** One number is no set, and as soon as there is one range, what touches or overlaps is one. */
function portSet(ranges: readonly Range[]): NftExpression {
  const numbers = ranges.filter(({ from, to }) => from === to).map(({ from }) => from);
  const elements =
    numbers.length === ranges.length
      ? [...new Set(numbers)].sort((a, b) => a - b).map((number) => literal(number))
      : normaliseRanges(ranges).map(portExpression);
  const [only] = elements;
  if (elements.length === 1 && only !== undefined) return only;
  return { kind: "set", elements: elements.map((one) => element(one)) };
}

function portExpression({ from, to }: Range): NftExpression {
  return from === to ? literal(from) : { kind: "range", from: literal(from), to: literal(to) };
}

function icmpTest({ family, icmp: { type, code }, negated }: Extract<Fragment, { kind: "icmp" }>): NftWords {
  const protocol = family === "ip" ? "icmp" : "icmpv6";
  const byType = test(`${protocol} type`, payload(protocol, "type"), negated, String(type), literal(type));
  if (code === null) return byType;
  // Negated, Felix asks for another type and another code.
  const byCode = test("code", payload(protocol, "code"), negated, String(code), literal(code));
  return { text: `${byType.text} ${byCode.text}`, statements: [...byType.statements, ...byCode.statements] };
}

/** What nft lists first. */
const STATES = ["invalid", "established", "related", "new", "untracked"];

function ctTest({ states, negated }: Extract<Fragment, { kind: "ct-state" }>): NftWords {
  const words = states.toLowerCase();
  const key = words === "dnat" ? "status" : "state";
  const listed = words.split(",").sort((a, b) => STATES.indexOf(a) - STATES.indexOf(b));
  const [only = ""] = listed;
  const right: NftExpression =
    listed.length === 1 ? literal(only) : { kind: "list", items: listed.map((one) => literal(one)) };
  const left: NftExpression = { kind: "ct", key, direction: null, family: null };
  return {
    text: `ct ${key} ${negated ? "!= " : ""}${words}`,
    statements: [{ kind: "match", op: negated ? "!=" : "in", left, right }],
  };
}

const VERDICTS = { ACCEPT: "accept", DROP: "drop", RETURN: "return" } as const;

export function nftAction(action: Action, place: NftPlace): NftWords {
  switch (action.kind) {
    case "jump":
    case "goto": {
      const chain = layered(place, action.chain);
      return { text: `${action.kind} ${chain}`, statements: [{ kind: action.kind, chain }] };
    }
    case "verdict": {
      const kind = VERDICTS[action.verdict];
      return { text: kind, statements: [{ kind }] };
    }
    case "set-mark":
      return setMaskedMark(action);
    case "clear-mark":
      return setMark(`mark & ${hex(~action.mask >>> 0)}`, binary(meta("mark"), "&", markOf(~action.mask >>> 0)));
    case "notrack":
      return { text: "notrack", statements: [{ kind: "notrack" }] };
    case "reject":
      return action.withReset
        ? { text: "reject with tcp reset", statements: [{ kind: "reject", type: "tcp reset", code: null }] }
        : { text: "reject", statements: [{ kind: "reject", type: null, code: null }] };
    case "log":
      return {
        text: `log prefix ${action.prefix} level info`,
        statements: [
          {
            kind: "log",
            options: [
              ["prefix", `"${action.prefix}"`],
              ["level", "info"],
            ],
          },
        ],
      };
    case "dnat":
    case "snat":
    case "masquerade":
      return natAction(action);
    case "nflog":
      invariant(false, "flow logs are not written for nft");
  }
}

/** nft keeps the bits that are set anyway, and lists neither a mask of all bits nor a value of none. */
function setMaskedMark({ value, mask }: { readonly value: number; readonly mask: number }): NftWords {
  const own = meta("mark");
  if (value === mask) return setMark(`mark or ${hex(mask)}`, binary(own, "|", markOf(mask)));
  const rest = ~mask >>> 0;
  const kept = binary(own, "&", markOf((rest | value) >>> 0));
  return setMark(`mark & ${hex(rest)} ^ ${hex(value)}`, value === 0 ? kept : binary(kept, "|", markOf(value)));
}

function setMark(text: string, value: NftExpression): NftWords {
  return { text: `meta mark set ${text}`, statements: [setTo(meta("mark"), value)] };
}

function natAction(action: Extract<Action, { kind: "dnat" | "snat" | "masquerade" }>): NftWords {
  const nat = { kind: "nat", family: null, withPort: false } as const;
  if (action.kind === "dnat") {
    const address = printAddress(action.address);
    const port = action.port === null ? null : literal(action.port);
    return {
      text: `dnat to ${address}${action.port === null ? "" : `:${String(action.port)}`}`,
      statements: [{ ...nat, type: "dnat", address: literal(address), port, flags: [] }],
    };
  }
  const random = action.isRandom ? ["fully-random"] : [];
  const ports = action.ports === null ? null : portExpression(action.ports);
  if (action.kind === "masquerade") {
    const to = action.ports === null ? [] : [`to ${span(action.ports)}`];
    const statement: NftStatement = { ...nat, type: "masquerade", address: null, port: ports, flags: random };
    return { text: ["masquerade", ...to, ...random].join(" "), statements: [statement] };
  }
  const address = printAddress(action.address);
  const to = action.ports === null ? address : `${beforePort(action.address)}:${span(action.ports)}`;
  return {
    text: ["snat to", to, ...random].join(" "),
    statements: [{ ...nat, type: "snat", address: literal(address), port: ports, flags: random }],
  };
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
