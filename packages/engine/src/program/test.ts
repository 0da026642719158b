import type { Address, AddressMask, Family } from "../base/address.ts";
import type { Ranges } from "../base/ranges.ts";
import type { Negatable } from "../model/ruleset.ts";
import type { AddressField, Direction, InterfaceSide, NumberField, UnknownWhy } from "./field.ts";
import type { DataRange } from "./value-set.ts";
import type { SetReference, Value } from "./value.ts";

export type { AddressField, Direction, InterfaceSide, NumberField, UnknownWhy } from "./field.ts";

/**
 * Core tests: the language that every match of every tool compiles to, and that walk and prove read. A rule's tests are
 * evaluated in order and stop at the first that fails, as in ipt_do_table (net/ipv4/netfilter/ip_tables.c).
 *
 * A test has three answers: yes, no, and unknown (the snapshot cannot say). A test on a field that the packet's header
 * does not have answers **no, negated or not**: an extension that behaves otherwise says so with `any`/`not`.
 */
export type Test =
  | { readonly kind: "const"; readonly value: boolean }
  /** `(field & mask) in ranges`, xor negated. */
  | {
      readonly kind: "number";
      readonly field: NumberField;
      readonly mask: number;
      readonly ranges: Ranges;
      readonly negated: boolean;
    }
  /** `(field & mask) === value`, xor negated; the value is *not* masked (xt_mark, xt_connmark: `--mark 5/4` never matches). */
  | {
      readonly kind: "masked";
      readonly field: NumberField;
      readonly mask: number;
      readonly value: number;
      readonly negated: boolean;
    }
  | { readonly kind: "address"; readonly field: AddressField; readonly net: AddressMask; readonly negated: boolean }
  | {
      readonly kind: "address-range";
      readonly field: AddressField;
      readonly from: Address;
      readonly to: Address;
      readonly negated: boolean;
    }
  /** Where there is no device the name compares as "" (so `! -o lo` matches in PREROUTING). */
  | {
      readonly kind: "interface";
      readonly side: InterfaceSide;
      readonly name: string;
      readonly prefix: boolean;
      readonly negated: boolean;
    }
  /** Is there such a device at all? `physdev --physdev-is-in`. */
  | { readonly kind: "has-interface"; readonly side: InterfaceSide; readonly negated: boolean }
  /** A non-first fragment? */
  | { readonly kind: "fragment"; readonly negated: boolean }
  /**
   * The transport header is readable: not a later fragment, not cut short. Else the answer is no, and where `hotdrop`
   * the packet is dropped there and then (tcp_mt, udp_mt, icmp_match in net/netfilter/xt_tcpudp.c). Of the later
   * fragments only a TCP one at offset 1 is dropped, the others are a plain no. With `bytes` so many bytes are enough,
   * whatever the protocol, and no later fragment is dropped (multiport_mt: the two ports, 4 bytes). With `first` the header
   * must begin with this byte, or it counts as cut short (mh_mt6).
   */
  | {
      readonly kind: "l4-header";
      readonly proto: readonly number[];
      readonly hotdrop: boolean;
      readonly bytes?: number;
      readonly first?: number;
    }
  /** A TCP option of this number is present. */
  | { readonly kind: "tcp-option"; readonly option: number; readonly negated: boolean }
  /** The chunks of an SCTP packet: all of these are there, any is, or nothing else is (xt_sctp.c match_packet). */
  | {
      readonly kind: "sctp-chunks";
      readonly scope: "all" | "any" | "only";
      readonly chunks: readonly SctpChunk[];
      readonly negated: boolean;
    }
  /** An IPv6 extension header of this type is present. */
  | { readonly kind: "extension-header"; readonly type: number; readonly negated: boolean }
  /**
   * `(number & mask) in ranges`, xor negated, where the number stands in the first IPv6 extension header of this type (44:
   * the fragment header) at `offset` from its start, next-header byte included, in network order. Without such a header,
   * or where it ends before, the answer is no, negated or not (ipv6_find_hdr).
   */
  | {
      readonly kind: "extension-field";
      readonly type: number;
      readonly offset: number;
      readonly bytes: 1 | 2 | 4;
      readonly mask: number;
      readonly ranges: Ranges;
      readonly negated: boolean;
    }
  | { readonly kind: "conntrack"; readonly spec: ConntrackSpec }
  /** `(ctmark & mask) === value`; without a conntrack entry no, inverted or not (xt_connmark.c). */
  | { readonly kind: "connmark"; readonly mask: number; readonly value: number; readonly negated: boolean }
  | {
      readonly kind: "set";
      readonly set: string;
      readonly directions: readonly Direction[];
      readonly negated: boolean;
      readonly returnNomatch: boolean;
    }
  | {
      readonly kind: "addrtype";
      readonly field: AddressField;
      readonly types: readonly AddressType[];
      readonly limit: "in" | "out" | null;
      readonly negated: boolean;
    }
  | {
      readonly kind: "socket";
      readonly transparent: boolean;
      readonly nowildcard: boolean;
      readonly restoreMark: boolean;
    }
  /** Has IPVS sent the packet on, and of which connection is it? `what`: the match, where nobody can say. */
  | {
      readonly kind: "ipvs";
      readonly what: string;
      /** Whether it has, where nothing else is asked; null: a connection is. */
      readonly only: boolean | null;
      readonly proto: Negatable<number> | null;
      readonly vaddr: Negatable<AddressMask> | null;
      readonly vport: Negatable<number> | null;
      readonly vportctl: Negatable<number> | null;
      readonly vdir: "ORIGINAL" | "REPLY" | null;
      readonly vmethod: Negatable<"GATE" | "IPIP" | "MASQ"> | null;
    }
  | {
      readonly kind: "owner";
      readonly uid: Ranges | null;
      readonly gid: Ranges | null;
      readonly uidNegated: boolean;
      readonly gidNegated: boolean;
      readonly exists: { readonly negated: boolean } | null;
    }
  | { readonly kind: "mac"; readonly mac: string; readonly negated: boolean }
  | {
      readonly kind: "rpfilter";
      readonly loose: boolean;
      readonly validMark: boolean;
      readonly acceptLocal: boolean;
      readonly negated: boolean;
    }
  /** xt_u32: each group of comparisons must hold on the packet's bytes. */
  | { readonly kind: "u32"; readonly comparisons: readonly U32Comparison[]; readonly negated: boolean }
  /** xt_string: the pattern lies between two offsets of the packet's bytes (from the IP header on). */
  | {
      readonly kind: "string";
      readonly pattern: Uint8Array;
      readonly ignoreCase: boolean;
      readonly from: number;
      readonly to: number;
      readonly negated: boolean;
    }
  /** Classic BPF over the packet's bytes from the IP header on: xt_bpf. */
  | { readonly kind: "bpf"; readonly code: readonly BpfInstruction[] }
  /** `value in ranges`, xor negated: what `number` says, of any value of nft. A value that cannot be read is a no (NFT_BREAK). */
  | {
      readonly kind: "compare";
      readonly value: Value;
      readonly ranges: readonly DataRange[];
      readonly negated: boolean;
    }
  /** The set has an element of this key, xor negated (net/netfilter/nft_lookup.c). */
  | {
      readonly kind: "lookup";
      readonly key: readonly Value[];
      readonly set: SetReference;
      readonly negated: boolean;
    }
  /** True with this probability, independently each time (`statistic --mode random`). */
  | { readonly kind: "chance"; readonly probability: number; readonly negated: boolean }
  /**
   * What no snapshot holds, or what nobody here understands. `what` names it as the rule spells it, or where that is less than the rule
   * says, `listed` has all: what is listed alike is the same question.
   */
  | { readonly kind: "unknown"; readonly what: string; readonly why: UnknownWhy; readonly listed?: readonly object[] }
  | { readonly kind: "all"; readonly tests: readonly Test[] }
  | { readonly kind: "any"; readonly tests: readonly Test[] }
  | { readonly kind: "not"; readonly test: Test };

/** As `addrtype` spells them (RTN_*). */
export type AddressType =
  | "UNSPEC"
  | "UNICAST"
  | "LOCAL"
  | "BROADCAST"
  | "ANYCAST"
  | "MULTICAST"
  | "BLACKHOLE"
  | "UNREACHABLE"
  | "PROHIBIT"
  | "THROW"
  | "NAT"
  | "XRESOLVE";

/** `NEW`, `ESTABLISHED` … plus the two status bits that `--ctstate` also takes. */
export type CtState = "INVALID" | "NEW" | "ESTABLISHED" | "RELATED" | "UNTRACKED" | "SNAT" | "DNAT";

/**
 * xt_conntrack as one test, since its parts share one rule: without an entry everything but `--ctstate` is skipped and a
 * matching state answers yes (conntrack_mt, net/netfilter/xt_conntrack.c).
 */
export interface ConntrackSpec {
  readonly states: { readonly states: readonly CtState[]; readonly negated: boolean } | null;
  readonly status: { readonly status: readonly CtStatus[]; readonly negated: boolean } | null;
  readonly proto: { readonly proto: number; readonly negated: boolean } | null;
  readonly origSrc: CtAddress | null;
  readonly origDst: CtAddress | null;
  readonly replSrc: CtAddress | null;
  readonly replDst: CtAddress | null;
  readonly origSrcPort: CtPorts | null;
  readonly origDstPort: CtPorts | null;
  readonly replSrcPort: CtPorts | null;
  readonly replDstPort: CtPorts | null;
  /** Seconds left. */
  readonly expire: CtPorts | null;
  readonly direction: "ORIGINAL" | "REPLY" | null;
}
export type CtStatus = "NONE" | "EXPECTED" | "SEEN_REPLY" | "ASSURED" | "CONFIRMED";
export interface CtAddress {
  readonly net: AddressMask;
  readonly negated: boolean;
}
export interface CtPorts {
  readonly ranges: Ranges;
  readonly negated: boolean;
}

/** One `start&mask>>n@…=ranges` of u32: where to read, and what must be there. */
export interface U32Comparison {
  readonly location: readonly U32Step[];
  readonly ranges: Ranges;
}
/** `read` only ever comes first; then any of the others. */
export type U32Step =
  | { readonly kind: "read"; readonly at: number }
  | { readonly kind: "and"; readonly value: number }
  | { readonly kind: "left"; readonly bits: number }
  | { readonly kind: "right"; readonly bits: number }
  /** `@n`: read at (value so far + n). */
  | { readonly kind: "at"; readonly offset: number };

export interface BpfInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** A chunk of this type, whose flag byte has `flags` under `mask`. */
export interface SctpChunk {
  readonly type: number;
  readonly mask: number;
  readonly flags: number;
}

/** What a lowering may want to know. */
export interface LoweringContext {
  readonly family: Family;
  readonly backend: "legacy" | "nft";
  readonly table: string;
}
