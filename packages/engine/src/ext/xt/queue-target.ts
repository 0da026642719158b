import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";

/** Queue 0 without bypass. A verdict rather than an extension in legacy iptables; iptables-nft refuses it. */
export const queueTarget: TargetExtension = defineTarget({
  name: "QUEUE",
  options: {},
  source: "net/ipv4/netfilter/ip_tables.c ipt_do_table (NF_QUEUE), net/netfilter/nf_queue.c nf_queue",
  compile: () => ({ kind: "queue", bypass: false, what: "queue 0" }),
});
