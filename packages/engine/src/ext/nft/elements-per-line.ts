import type { NftSet } from "../../model/nft.ts";
import { datatypeOf } from "./datatype.ts";

/** How many elements of each datatype nft puts on a line; of all others one (nftables src/expression.c, calculate_delim). */
const PER_LINE: ReadonlyMap<string, number> = new Map([
  ..."nf_proto integer arp_op inet_proto inet_service tcp_flag dccp_pkttype mark iface_index classid uid gid ct_dir"
    .split(" ")
    .map((type): [string, number] => [type, 5]),
  ...["ipv4_addr", "ct_state", "ct_status", "pkt_type"].map((type): [string, number] => [type, 2]),
]);

/** So many elements of this set stand on one line. */
export function elementsPerLine({ type, typeof: key }: Pick<NftSet, "type" | "typeof">): number {
  const datatype = key === null ? (type.length === 1 ? type[0] : null) : datatypeOf(key);
  return PER_LINE.get(datatype ?? "") ?? 1;
}
