import { PROTO } from "../../program/protocol.ts";
import { option } from "./codec.ts";
import { portList } from "./codecs.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { needsOneOf } from "./given.ts";
import { all, any, not, numberIn } from "./lower.ts";

const PROTOCOLS = [PROTO.tcp, PROTO.udp, PROTO.udplite, PROTO.sctp, PROTO.dccp];

export const multiport: MatchExtension = defineMatch({
  name: "multiport",
  options: {
    sports: option(portList, { aliases: ["source-ports"], negatable: true }),
    dports: option(portList, { aliases: ["destination-ports"], negatable: true }),
    ports: option(portList, { negatable: true }),
  },
  source: "net/netfilter/xt_multiport.c multiport_mt: where the two ports are cut off the packet is dropped",
  check: (args) => needsOneOf(args, "sports", "dports", "ports"),
  compile({ sports, dports, ports }) {
    const either = ports && { negated: false, value: ports.value };
    const both = either && any(numberIn("sport", either), numberIn("dport", either));
    return all(
      { kind: "l4-header", proto: PROTOCOLS, hotdrop: true, bytes: 4 },
      sports && numberIn("sport", sports),
      dports && numberIn("dport", dports),
      both && (ports.negated ? not(both) : both),
    );
  },
});
