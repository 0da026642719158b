import { PROTO } from "../../program/protocol.ts";
import { transportLength } from "../../program/transport.ts";
import type { Datum } from "../../program/value-set.ts";
import type { Value } from "../../program/value.ts";
import { isLaterFragment } from "../fields.ts";
import type { Skb } from "../skb.ts";
import { tcpOptions } from "../tcp-options.ts";
import { packetBytes, readBits } from "./payload.ts";

const V6_HEADER = 40;
const TCP_HEADER = 20;

interface Place {
  readonly offset: number;
  readonly bits: number;
  readonly present: boolean;
}

/** Bits of a part of the packet that starts at `at` and ends before `end`; null where they lie behind its end. */
function bitsAt(bytes: Uint8Array, at: number, end: number, { offset, bits }: Place): Datum | null {
  const first = offset >> 3;
  const length = ((offset + bits + 7) >> 3) - first;
  return at + first + length > end
    ? null
    : readBits(bytes, at + first, length, (first + length) * 8 - offset - bits, bits);
}

const CHAINED: ReadonlySet<number> = new Set([
  PROTO.hopByHop,
  PROTO.routing,
  PROTO.fragment,
  PROTO.ah,
  PROTO.destinationOptions,
]);

/** nft_exthdr_ipv6_eval (net/netfilter/nft_exthdr.c): ipv6_find_hdr finds the first header of the type. */
export function readExtension(skb: Skb, value: Value & { kind: "extension" }): Datum | null {
  if (skb.family !== "ip6") return null;
  const { bytes } = packetBytes(skb);
  const at = findExtension(skb, bytes, value.type);
  if (value.present) return at === null ? 0 : 1;
  return at === null ? null : bitsAt(bytes, at, bytes.length, value);
}

function findExtension({ base }: Skb, bytes: Uint8Array, wanted: number): number | null {
  let type = bytes[6] ?? 0;
  for (let at = V6_HEADER; ;) {
    if (type === wanted) return at;
    if (!CHAINED.has(type) || at + 8 > bytes.length) return null;
    if (type === PROTO.fragment && base.fragment !== null && base.fragment.offset > 0) return null;
    const length = bytes[at + 1] ?? 0;
    const next = bytes[at] ?? 0;
    at += type === PROTO.fragment ? 8 : type === PROTO.ah ? (length + 2) * 4 : (length + 1) * 8;
    type = next;
  }
}

/** nft_exthdr_tcp_eval: without a whole TCP header there is no option. */
export function readTcpOption(skb: Skb, value: Value & { kind: "tcp-option" }): Datum | null {
  const { base } = skb;
  const hasHeader =
    base.proto === PROTO.tcp &&
    !isLaterFragment(skb) &&
    transportLength(base) >= TCP_HEADER + base.tcpOptions.length &&
    base.tcpFlags !== null;
  const found = hasHeader
    ? tcpOptions(base.tcpOptions).find(({ kind, at }) => kind === value.option && at + 1 < base.tcpOptions.length)
    : undefined;
  if (found === undefined || found.at + found.length > base.tcpOptions.length) return value.present ? 0 : null;
  if (value.present) return 1;
  return bitsAt(base.tcpOptions, found.at, found.at + found.length, value);
}

/** nft_exthdr_ipv4_eval. */
export function readIpOption(skb: Skb, value: Value & { kind: "ip-option" }): Datum | null {
  const options = skb.base.ipOptions ?? new Uint8Array(0);
  for (let at = 0; at < options.length;) {
    const kind = options[at] ?? 0;
    if (kind === 0) break;
    const length = kind === 1 ? 1 : Math.max(2, options[at + 1] ?? 2);
    if (kind === value.option) return value.present ? 1 : bitsAt(options, at, at + length, value);
    at += length;
  }
  return value.present ? 0 : null;
}
