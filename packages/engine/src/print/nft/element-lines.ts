import { datatypeOf } from "../../ext/nft/datatype.ts";
import type { NftSet } from "../../model/nft.ts";

/** How many elements of each datatype nft puts on a line; of all others one (nftables src/expression.c, calculate_delim). */
const PER_LINE: ReadonlyMap<string, number> = new Map([
  ..."nf_proto integer arp_op inet_proto inet_service tcp_flag dccp_pkttype mark iface_index classid uid gid ct_dir"
    .split(" ")
    .map((type): [string, number] => [type, 5]),
  ...["ipv4_addr", "ct_state", "ct_status", "pkt_type"].map((type): [string, number] => [type, 2]),
]);

const NEXT_LINE = ",\n\t\t\t     ";

/** What stands before the element after `count` others. */
export function elementSeparator({ type, typeof: key }: NftSet): (count: number) => string {
  const datatype = key === null ? (type.length === 1 ? type[0] : null) : datatypeOf(key);
  const perLine = PER_LINE.get(datatype ?? "") ?? 1;
  return (count) => (count % perLine === 0 ? NEXT_LINE : ", ");
}
