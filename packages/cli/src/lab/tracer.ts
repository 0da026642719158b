import type { TableFamily } from "@hookwalk/engine";
import type { Libc } from "./native.ts";
import { AF } from "./native.ts";
import type { NetlinkMessage } from "./netlink.ts";
import { attribute, NetlinkSocket, nfgenmsg, NLM_F, readAttributes, readString } from "./netlink.ts";

/** One record of the kernel's own trace, in the order in which the kernel wrote them. */
export interface TraceRecord {
  /**
   * `before`: ipt_do_table reports a rule before its target runs; `after`: nft_do_chain reports it afterwards.
   * The mark is the packet's at that moment.
   */
  readonly when: "before" | "after";
  readonly family: TableFamily;
  readonly table: string;
  readonly chain: string;
  /** The table is nft's own, not one that iptables made. */
  readonly isNative: boolean;
  /** Hooks call the chain; else only jumps lead to it. */
  readonly isBase: boolean;
  /** A rule that matched, the end of a user chain, or the policy of a base chain. */
  readonly what: number | "return" | "policy";
  readonly mark: number;
  /** Interface indexes; 0: none. */
  readonly oif: number;
  /** From the IP header on, not always whole; null where the record repeats the packet of the one before. */
  readonly packet: Buffer | null;
  /** `ctinfo` as nft's state bit, and the entry's id; null where the packet has neither. */
  readonly ctstate: number | null;
  readonly ctid: number | null;
}

/** The lab's own nft table, which switches tracing on and marks where hooks start and end. */
export const ORACLE = "oracle";

const SUBSYSTEM_LOG = 4 << 8;
const SUBSYSTEM_NFT = 10 << 8;
const NFULNL_MSG_PACKET = SUBSYSTEM_LOG;
const NFULNL_MSG_CONFIG = SUBSYSTEM_LOG | 1;
const NFT_MSG_NEWCHAIN = SUBSYSTEM_NFT | 3;
const NFT_MSG_GETCHAIN = SUBSYSTEM_NFT | 4;
const NFT_MSG_NEWRULE = SUBSYSTEM_NFT | 6;
const NFT_MSG_GETRULE = SUBSYSTEM_NFT | 7;
const NFT_MSG_TRACE = SUBSYSTEM_NFT | 17;
const NFNLGRP_NFTRACE = 9;

/** Attributes of include/uapi/linux/netfilter/nfnetlink_log.h. */
const LOG = { mark: 2, outdev: 5, payload: 9, prefix: 10 } as const;
const LOG_CONFIG = { command: 1, mode: 2, threshold: 5 } as const;
const BIND = 1;
const COPY_PACKET = 2;
/** Enough for both IP headers and the ports behind them. */
const COPY_BYTES = 128;

/** Attributes of include/uapi/linux/netfilter/nf_tables.h, NFTA_TRACE_*. */
const TRACE = {
  table: 1,
  chain: 2,
  handle: 3,
  type: 4,
  id: 6,
  network: 8,
  transport: 9,
  oif: 12,
  mark: 14,
  nfproto: 15,
  ctid: 18,
  ctstate: 21,
} as const;
const TYPE = { policy: 1, return: 2, rule: 3 } as const;
const RULE = { table: 1, chain: 2, handle: 3 } as const;
const CHAIN = { table: 1, name: 3, hook: 4 } as const;

/** How many rules each chain has, by `family table chain`: the kernel calls an unconditional verdict "policy" or "return". */
export type RuleCounts = ReadonlyMap<string, number>;

/** What was loaded: how many rules legacy's chains have, and which tables of nft iptables made. */
export interface LoadedRules {
  readonly legacy: RuleCounts;
  /** `FAMILY TABLE`. */
  readonly tables: ReadonlySet<string>;
}

export function tableKey(family: TableFamily, table: string): string {
  return `${family} ${table}`;
}

export function chainKey(family: TableFamily, table: string, chain: string): string {
  return `${family} ${table} ${chain}`;
}

/** Reads both traces of a namespace from one socket, which is what keeps them in order. */
export class Tracer {
  readonly #socket: NetlinkSocket;
  readonly #control: NetlinkSocket;
  #legacyRules: RuleCounts = new Map();
  /** Rule number by chain and handle, for tables of nft. */
  #nftRules: ReadonlyMap<string, number> = new Map();
  #baseChains: ReadonlySet<string> = new Set();
  /** `FAMILY TABLE` of what iptables-nft made. */
  #iptables: ReadonlySet<string> = new Set();
  /** The packet that a nft trace's id stands for: only the first record of a chain's run shows it. */
  readonly #nftPackets = new Map<number, Buffer>();
  /** What the lab's own rule has just logged: the record of that rule follows. */
  #logged: Buffer | null = null;

  /** In the namespace, after `nf_log` was set to nfnetlink_log. */
  constructor(libc: Libc) {
    this.#control = new NetlinkSocket(libc);
    this.#socket = new NetlinkSocket(libc, 64 << 20);
    const group = nfgenmsg(AF.inet, 0);
    const mode = Buffer.alloc(6);
    mode.writeUInt32BE(COPY_BYTES, 0);
    mode.writeUInt8(COPY_PACKET, 4);
    const threshold = Buffer.alloc(4);
    threshold.writeUInt32BE(1);
    this.#socket.send(NFULNL_MSG_CONFIG, 0, group, attribute(LOG_CONFIG.command, Buffer.of(BIND)));
    this.#socket.send(
      NFULNL_MSG_CONFIG,
      0,
      group,
      attribute(LOG_CONFIG.mode, mode),
      attribute(LOG_CONFIG.threshold, threshold),
    );
    this.#socket.join(NFNLGRP_NFTRACE);
  }

  /** To be called whenever rules were loaded. */
  learnRules({ legacy, tables }: LoadedRules): void {
    this.#legacyRules = legacy;
    this.#iptables = tables;
    this.#baseChains = this.#readBaseChains();
    const numbers = new Map<string, number>();
    const counts = new Map<string, number>();
    for (const { type, body } of this.#control.ask(NFT_MSG_GETRULE, NLM_F.dump, [nfgenmsg(0)]) ?? []) {
      const family = FAMILIES.get(body.readUInt8(0));
      if (type !== NFT_MSG_NEWRULE || family === undefined) continue;
      const attributes = readAttributes(body, 4);
      const key = chainKey(family, readString(attributes.get(RULE.table)), readString(attributes.get(RULE.chain)));
      const number = (counts.get(key) ?? 0) + 1;
      counts.set(key, number);
      numbers.set(`${key} ${String(attributes.get(RULE.handle)?.readBigUInt64BE() ?? 0n)}`, number);
    }
    this.#nftRules = numbers;
  }

  #readBaseChains(): ReadonlySet<string> {
    const chains = new Set<string>();
    for (const { type, body } of this.#control.ask(NFT_MSG_GETCHAIN, NLM_F.dump, [nfgenmsg(0)]) ?? []) {
      const family = FAMILIES.get(body.readUInt8(0));
      const attributes = readAttributes(body, 4);
      if (type !== NFT_MSG_NEWCHAIN || family === undefined || !attributes.has(CHAIN.hook)) continue;
      chains.add(chainKey(family, readString(attributes.get(CHAIN.table)), readString(attributes.get(CHAIN.name))));
    }
    return chains;
  }

  /** All records that the kernel has written since the last call, the last of an earlier packet: ids of nft's traces begin anew. */
  readLate(): readonly TraceRecord[] {
    const late = this.read();
    this.#nftPackets.clear();
    return late;
  }

  /** Until the kernel writes a record, at most. */
  wait(timeoutMs: number): void {
    this.#socket.wait(timeoutMs);
  }

  /** All records that the kernel has written since the last call. */
  read(): readonly TraceRecord[] {
    const records: TraceRecord[] = [];
    for (const message of this.#socket.drain()) {
      const record =
        message.type === NFULNL_MSG_PACKET
          ? this.#readLog(message)
          : message.type === NFT_MSG_TRACE
            ? this.#readTrace(message)
            : null;
      if (record !== null) records.push(record);
    }
    return records;
  }

  close(): void {
    this.#socket.close();
    this.#control.close();
  }

  /** `TRACE: filter:FORWARD:rule:1 ` (net/ipv4/netfilter/ip_tables.c trace_packet); a chain's name may hold colons. */
  #readLog({ body }: NetlinkMessage): TraceRecord | null {
    const attributes = readAttributes(body, 4);
    const prefix = readString(attributes.get(LOG.prefix));
    const packet = attributes.get(LOG.payload);
    if (prefix === ORACLE && packet !== undefined) this.#logged = packet;
    const words = /^TRACE: ([^:]+):(.*):(rule|return|policy):(\d+) $/.exec(prefix);
    if (words === null || packet === undefined) return null;
    const [, table = "", chain = "", comment = "", digits = ""] = words;
    const family = body.readUInt8(0) === AF.inet6 ? "ip6" : "ip";
    const number = Number(digits);
    const isRule = comment === "rule" || number <= (this.#legacyRules.get(chainKey(family, table, chain)) ?? 0);
    return {
      when: "before",
      family,
      table,
      chain,
      isNative: false,
      isBase: false,
      what: isRule ? number : comment === "policy" ? "policy" : "return",
      mark: readBe32(attributes.get(LOG.mark)),
      oif: readBe32(attributes.get(LOG.outdev)),
      packet,
      ctstate: null,
      ctid: null,
    };
  }

  #readTrace({ body }: NetlinkMessage): TraceRecord | null {
    const attributes = readAttributes(body, 4);
    const network = attributes.get(TRACE.network);
    const transport = attributes.get(TRACE.transport);
    const id = readBe32(attributes.get(TRACE.id));
    // Of a later IPv6 fragment nft takes the IP header for the transport header (ipv6_find_hdr gives no offset).
    const headers = [network, transport].filter((header) => header !== undefined);
    if (headers.length > 0) this.#nftPackets.set(id, Buffer.concat(headers));
    const packet = this.#logged ?? this.#nftPackets.get(id) ?? null;
    this.#logged = null;
    const family = FAMILIES.get(body.readUInt8(0)) ?? "ip";
    const table = readString(attributes.get(TRACE.table));
    const chain = readString(attributes.get(TRACE.chain));
    const key = chainKey(family, table, chain);
    const type = readBe32(attributes.get(TRACE.type));
    const handle = attributes.get(TRACE.handle)?.readBigUInt64BE();
    const number = handle === undefined ? undefined : this.#nftRules.get(`${key} ${String(handle)}`);
    return {
      when: "after",
      family,
      table,
      chain,
      isNative: !this.#iptables.has(tableKey(family, table)),
      isBase: this.#baseChains.has(key),
      what: type === TYPE.policy ? "policy" : (number ?? (type === TYPE.return ? "return" : 0)),
      mark: readBe32(attributes.get(TRACE.mark)),
      oif: readBe32(attributes.get(TRACE.oif)),
      packet,
      ctstate: attributes.has(TRACE.ctstate) ? readBe32(attributes.get(TRACE.ctstate)) : null,
      ctid: attributes.has(TRACE.ctid) ? readBe32(attributes.get(TRACE.ctid)) : null,
    };
  }
}

/** NFPROTO_* of tables (include/uapi/linux/netfilter.h). */
const FAMILIES: ReadonlyMap<number, TableFamily> = new Map<number, TableFamily>([
  [1, "inet"],
  [AF.inet, "ip"],
  [5, "netdev"],
  [AF.inet6, "ip6"],
]);

function readBe32(bytes: Buffer | undefined): number {
  return bytes === undefined || bytes.length < 4 ? 0 : bytes.readUInt32BE();
}
