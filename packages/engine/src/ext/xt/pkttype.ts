import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";
import { numberIs } from "./lower.ts";

/** By their numbers: PACKET_HOST … PACKET_OTHERHOST, include/uapi/linux/if_packet.h. */
const NAMES = ["unicast", "broadcast", "multicast", "otherhost"];
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["host", "unicast"],
  ["bcast", "broadcast"],
  ["mcast", "multicast"],
]);

const packetType: Codec<number> = {
  words: 1,
  parse(text) {
    const name = text.toLowerCase();
    const number = NAMES.indexOf(ALIASES.get(name) ?? name);
    return number < 0 ? undefined : number;
  },
  print: (number) => NAMES[number] ?? "",
};

export const pkttype: MatchExtension = defineMatch({
  name: "pkttype",
  options: { "pkt-type": option(packetType, { negatable: true }) },
  source: "net/netfilter/xt_pkttype.c pkttype_mt",
  check: (args) => needs(args, "pkt-type"),
  compile: ({ "pkt-type": type }) => (type ? numberIs("pktType", type) : malformedTest("pkttype")),
});
