import { parseUnsigned } from "./codecs.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { bareText, flag } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { given, lastGiven } from "./given.ts";

/** In the order in which iptables prints them: enum ip_conntrack_events. */
const EVENTS = [
  "new",
  "related",
  "destroy",
  "reply",
  "assured",
  "protoinfo",
  "helper",
  "mark",
  "natseqinfo",
  "secmark",
];

/** A number, or the packet's mark. */
const zone: Codec<number | "mark"> = {
  words: 1,
  parse: (text) => (text === "mark" ? text : parseUnsigned(text, 0xffff)),
  print: String,
};

function events(names: readonly string[]): Codec<readonly string[]> {
  return {
    words: 1,
    parse(text) {
      const wanted = new Set(text.split(","));
      const known = names.filter((name) => wanted.has(name));
      return known.length === wanted.size ? known : undefined;
    },
    print: (list) => list.join(","),
  };
}

export const ctTarget: TargetExtension = defineTarget({
  name: "CT",
  options: {
    notrack: option(flag),
    helper: option(bareText(15)),
    timeout: option(bareText(31)),
    ctevents: option(events(EVENTS)),
    expevents: option(events(["new"])),
    "zone-orig": option(zone, { unprinted: 0 }),
    "zone-reply": option(zone, { unprinted: 0 }),
    zone: option(zone, { unprinted: 0 }),
  },
  source: "net/netfilter/xt_CT.c xt_ct_target; nf_ct_netns_get in xt_ct_tg_check, not for --notrack",
  needsConntrack: (args) => args.notrack === undefined,
  normalise(args) {
    const { "zone-orig": orig, "zone-reply": reply, zone: both, ...rest } = args;
    const last = lastGiven(args, "zone-orig", "zone-reply", "zone");
    const isMark = [orig, reply, both].some((one) => one?.value === "mark");
    const value = isMark ? "mark" : last && args[last]?.value;
    if (value === undefined) return rest;
    // libxt_CT.c keeps one zone and a flag for each direction: both flags together mean what none means.
    if ((orig === undefined) === (reply === undefined)) return { ...rest, zone: given(value) };
    return orig ? { ...rest, "zone-orig": given(value) } : { ...rest, "zone-reply": given(value) };
  },
  compile(args) {
    if (args.notrack) return { kind: "notrack" };
    const { "zone-orig": orig, "zone-reply": reply, zone: both } = args;
    return {
      kind: "ct-template",
      zone: (orig ?? reply ?? both)?.value ?? null,
      zoneDirection: orig ? "original" : reply ? "reply" : null,
      helper: args.helper?.value ?? null,
    };
  },
});
