import type { Family } from "../../base/address.ts";
import type { RejectWith } from "../../program/action.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { given } from "./given.ts";

/** Answers and their other names, in the order in which iptables looks for the first that begins as written. */
const ANSWERS: Readonly<Record<Family, readonly (readonly [RejectWith, string])[]>> = {
  ip: [
    ["icmp-net-unreachable", "net-unreach"],
    ["icmp-host-unreachable", "host-unreach"],
    ["icmp-proto-unreachable", "proto-unreach"],
    ["icmp-port-unreachable", "port-unreach"],
    ["icmp-net-prohibited", "net-prohib"],
    ["icmp-host-prohibited", "host-prohib"],
    ["tcp-reset", "tcp-rst"],
    ["icmp-admin-prohibited", "admin-prohib"],
  ],
  ip6: [
    ["icmp6-no-route", "no-route"],
    ["icmp6-adm-prohibited", "adm-prohibited"],
    ["icmp6-addr-unreachable", "addr-unreach"],
    ["icmp6-port-unreachable", "port-unreach"],
    ["tcp-reset", "tcp-reset"],
    ["icmp6-policy-fail", "policy-fail"],
    ["icmp6-reject-route", "reject-route"],
  ],
};

function answer(family: Family): Codec<RejectWith> {
  return {
    words: 1,
    parse(text) {
      const start = text.toLowerCase();
      return ANSWERS[family].find(([name, alias]) => name.startsWith(start) || alias.startsWith(start))?.[0];
    },
    print: (name) => name,
  };
}

/** REJECT of one family: the ICMP errors differ. */
export function rejectTarget(family: Family): TargetExtension {
  const usual = given<RejectWith>(family === "ip" ? "icmp-port-unreachable" : "icmp6-port-unreachable");
  return defineTarget({
    name: "REJECT",
    families: [family],
    options: { "reject-with": option(answer(family)) },
    source:
      family === "ip" ? "net/ipv4/netfilter/ipt_REJECT.c reject_tg" : "net/ipv6/netfilter/ip6t_REJECT.c reject_tg6",
    normalise: ({ "reject-with": how = usual }) => ({ "reject-with": how }),
    compile: ({ "reject-with": how = usual }) => ({ kind: "reject", with: how.value }),
  });
}
