import { newAddressMap } from "./address-map.ts";
import { mapAddresses, rangesIn } from "./addresses.ts";
import { newNameMap } from "./names.ts";
import type { NameMap } from "./names.ts";

/** What is done to each text of one capture. */
export interface Redaction {
  text(text: string): string;
  /** What the name of the host became. */
  readonly host: string;
}

/**
 * Replaces every address, MAC address, host name and every name in a comment: the same one by the same one in all texts,
 * so that rules, sets, routes and flows still fit each other. What the kernel treats in its own way (loopback,
 * link-local, multicast, broadcast, no address) stays, and so do prefixes and the ranges of `texts`: what matched still
 * matches. Chains, sets, devices, ports and marks keep their names. Nothing leads back without the key: do not keep it.
 */
export function newRedaction(texts: Iterable<string>, host: string, key: Uint8Array): Redaction {
  const map = newAddressMap(key, [...texts].flatMap(rangesIn));
  const names = newNameMap(key);
  const hosts = hostPattern(host);
  return {
    text(text) {
      const nameless = SLOTS.reduce((before, slot) => withoutNames(before, slot, names), text);
      return mapAddresses(
        nameless.replace(hosts, (name) => names.name(name)),
        map,
      );
    },
    host: names.name(host),
  };
}

/** Where free text or a name stands in a listing: what is before it, and itself. */
interface Slot {
  readonly pattern: RegExp;
  readonly what: "words" | "name";
  /** What the tool takes at most. */
  readonly most?: number;
}

const QUOTED = String.raw`"(?:[^"\\\n]|\\.)*"`;

const option = (name: string): RegExp => new RegExp(`( --${name} )(${QUOTED}|[^"\\s]\\S*)`, "g");

const SLOTS: readonly Slot[] = [
  // iptables-save: XT_MAX_COMMENT_LEN, and the prefixes of LOG and NFLOG
  { pattern: option("comment"), what: "words", most: 255 },
  { pattern: option("log-prefix"), what: "words", most: 29 },
  { pattern: option("nflog-prefix"), what: "words", most: 63 },
  // ipset, nft, the JSON of nft
  { pattern: new RegExp(`( (?:comment|prefix) |"(?:comment|prefix)": ?)(${QUOTED})`, "g"), what: "words", most: 127 },
  // ip link, ss
  { pattern: /^( +alias )(.*)$/gm, what: "words" },
  { pattern: /( link-netns )(\S+)/g, what: "name" },
  { pattern: /( cgroup:)(\/\S+)/g, what: "name" },
];

function withoutNames(text: string, { pattern, what, most }: Slot, names: NameMap): string {
  return text.replace(pattern, (_, before: string, value: string) => {
    const isQuoted = value.startsWith('"') && value.length > 1;
    const bare = isQuoted ? value.slice(1, -1) : value;
    const after = names[what](bare).slice(0, Math.max(most ?? Infinity, bare.length));
    return before + (isQuoted ? `"${after}"` : after);
  });
}

/** Short host names that are words of a listing, too: only one that nothing else looks like is sought everywhere. */
const TELLING = /^(?=.*[-.\d])[\w.-]{4,}$/;

/** The name of the host, whole and without its domain, wherever it stands as a word. */
function hostPattern(host: string): RegExp {
  const names = [host, host.split(".")[0] ?? ""].filter((name) => TELLING.test(name) && !name.startsWith("localhost"));
  const escaped = names.map((name) => name.replace(/[.]/g, "\\."));
  return escaped.length === 0 ? /(?!)/g : new RegExp(`(?<![\\w-])(?:${escaped.join("|")})(?![\\w-])`, "g");
}
