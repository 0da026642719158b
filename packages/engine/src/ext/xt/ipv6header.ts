import { single } from "../../base/ranges.ts";
import { PROTO } from "../../program/protocol.ts";
import type { Test } from "../../program/test.ts";
import { option } from "./codec.ts";
import { listOf } from "./codecs-match.ts";
import { flag } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";
import { all, not } from "./lower.ts";

/** ESP and "no next header" end the chain of headers, so that here they are the packet's protocol. */
const LAST: ReadonlyMap<Header, number> = new Map([
  ["esp", PROTO.esp],
  ["ipv6-nonxt", PROTO.noNextHeader],
]);
const EXTENSIONS: ReadonlyMap<Header, number> = new Map([
  ["hop-by-hop", PROTO.hopByHop],
  ["ipv6-opts", PROTO.destinationOptions],
  ["ipv6-route", PROTO.routing],
  ["ipv6-frag", PROTO.fragment],
  ["ah", PROTO.ah],
]);

const HEADERS = ["hop-by-hop", "ipv6-opts", "ipv6-route", "ipv6-frag", "ah", "esp", "ipv6-nonxt", "protocol"] as const;
type Header = (typeof HEADERS)[number];

const ALIASES: ReadonlyMap<string, Header> = new Map([
  ["hop", "hop-by-hop"],
  ["0", "hop-by-hop"],
  ["dst", "ipv6-opts"],
  ["60", "ipv6-opts"],
  ["route", "ipv6-route"],
  ["43", "ipv6-route"],
  ["frag", "ipv6-frag"],
  ["44", "ipv6-frag"],
  ["auth", "ah"],
  ["51", "ah"],
  ["50", "esp"],
  ["none", "ipv6-nonxt"],
  ["59", "ipv6-nonxt"],
  ["prot", "protocol"],
  ["255", "protocol"],
]);

/** Is the packet's protocol one of these? */
function protocolIn(protocols: readonly number[], negated: boolean): Test {
  return { kind: "number", field: "proto", mask: 0xff, ranges: protocols.map(single), negated };
}

function hasHeader(header: Header, wanted: boolean): Test {
  const type = EXTENSIONS.get(header);
  if (type !== undefined) return { kind: "extension-header", type, negated: !wanted };
  const last = LAST.get(header);
  return last === undefined ? protocolIn([...LAST.values()], wanted) : protocolIn([last], !wanted);
}

export const ipv6header: MatchExtension = defineMatch({
  name: "ipv6header",
  families: ["ip6"],
  options: {
    header: option(listOf(HEADERS, { aliases: ALIASES, caseSensitive: true }), { negatable: true }),
    soft: option(flag),
  },
  source: "net/ipv6/netfilter/ip6t_ipv6header.c ipv6header_mt6",
  check: (args) => needs(args, "header"),
  compile({ header, soft }) {
    if (header === undefined) return malformedTest("ipv6header");
    // Soft: all of these, negated none of these. Else exactly these, negated anything but exactly these.
    if (soft) return all(...header.value.map((name) => hasHeader(name, !header.negated)));
    const exactly = all(...HEADERS.map((name) => hasHeader(name, header.value.includes(name))));
    return header.negated ? not(exactly) : exactly;
  },
});
