import type { AddressField } from "../../program/test.ts";

/** What a lookup is asked with (`struct flowi`), said of the packets of a space. */
export interface LookupKey {
  /** The field that stands as the destination. */
  readonly dst: AddressField;
  /** Null: no address. */
  readonly src: AddressField | null;
  /** Null: the device that the packet came in by, which is `lo` for one made here. */
  readonly iif: string | null;
  /** The device that the sender asks for; null: any. */
  readonly oif: string | null;
  /** Only routes by this device; null: any. */
  readonly dev: string | null;
  /** The sender asks for the device that the packet came in by. */
  readonly asksInput: boolean;
  /** Of routes to one prefix, or to one prefix with one metric, those by the device that the packet came in by come first; null: as they stand. */
  readonly near: "prefix" | "metric" | null;
  /** Routes by a device without a link count, whatever the device's settings (FIB_LOOKUP_IGNORE_LINKSTATE). */
  readonly anyLink: boolean;
  /** The packet's mark; else it is 0. */
  readonly hasMark: boolean;
  /** The packet's TOS; else it is 0. */
  readonly hasTos: boolean;
  /** The packet's protocol; else it is 0. */
  readonly hasProto: boolean;
  /** The owner of the packet's socket; else it is 0. */
  readonly hasUid: boolean;
  /** The packet's ports, those of its answer, or 0. */
  readonly ports: "own" | "swapped" | "none";
}

/** A packet that came in, as ip_route_input_slow asks for it. */
export const ARRIVED: LookupKey = {
  dst: "dst",
  src: "src",
  iif: null,
  oif: null,
  dev: null,
  asksInput: false,
  near: null,
  anyLink: false,
  hasMark: true,
  hasTos: true,
  hasProto: true,
  hasUid: false,
  ports: "own",
};

/** A packet made here that has its source (ip_route_output_key_hash_rcu, ip_route_me_harder); its socket is bound to no device. */
export const MADE: LookupKey = { ...ARRIVED, iif: "lo", hasUid: true };

/** The answer to a packet, as if it had come in by `lo`. */
export const ANSWER: LookupKey = { ...ARRIVED, dst: "src", src: "dst", iif: "lo", hasMark: false, ports: "swapped" };

/** An address alone, asked about as if a packet made here went there. */
export const ADDRESS: LookupKey = {
  ...ANSWER,
  src: null,
  hasTos: false,
  hasProto: false,
  ports: "none",
};
