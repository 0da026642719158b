import { peekWord, takeWord } from "../../base/words.ts";
import type { Words } from "../../base/words.ts";

/** What an encapsulation prints about itself, each word with one value (iproute2 ip/iproute_lwtunnel.c print_encap_*). */
const VALUED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["ip", new Set(["id", "src", "dst", "ttl", "tos", "geneve_opts", "vxlan_opts", "erspan_opts"])],
  ["ip6", new Set(["id", "src", "dst", "hoplimit", "tc", "geneve_opts", "vxlan_opts", "erspan_opts"])],
  ["mpls", new Set(["ttl"])],
  ["ila", new Set(["csum-mode", "ident-type", "hook-type"])],
  ["xfrm", new Set(["if_id", "link_dev"])],
]);

/** Kinds whose first word is a value without a keyword: the label stack of mpls, the locator of ila. */
const LED_BY_VALUE: ReadonlySet<string> = new Set(["mpls", "ila"]);

const FLAGS: ReadonlySet<string> = new Set(["key", "csum", "seq"]);

/** Words with which the route goes on behind an encapsulation of any other kind (seg6, bpf, ioam6 …). */
const ROUTE_GOES_ON: ReadonlySet<string> = new Set(["via", "dev", "nhid", "proto", "scope", "metric", "weight"]);

/**
 * Takes the words of an encapsulation, the cursor standing behind `encap`: its own `src`, `dst` and `tos` are not the
 * route's. Undefined: the line ends there.
 */
export function takeEncap(words: Words): string | undefined {
  const kind = takeWord(words);
  if (kind === undefined) return undefined;
  const valued = VALUED.get(kind);
  const out = [kind];
  if (LED_BY_VALUE.has(kind)) pushWord(out, words);
  for (let word = peekWord(words); word !== undefined; word = peekWord(words)) {
    const hasValue = valued?.has(word) ?? false;
    const isOwn = valued === undefined ? !ROUTE_GOES_ON.has(word) : hasValue || FLAGS.has(word);
    if (!isOwn) break;
    pushWord(out, words);
    if (hasValue) pushWord(out, words);
  }
  return out.join(" ");
}

function pushWord(out: string[], words: Words): void {
  const word = takeWord(words);
  if (word !== undefined) out.push(word);
}
