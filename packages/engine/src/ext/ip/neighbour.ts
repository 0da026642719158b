/** The words of `ip neigh` in the order in which iproute2 prints them (ip/ipneigh.c print_neigh). */
import type { Draft } from "../../model/draft.ts";
import type { Neighbour } from "../../model/routing.ts";
import { byKeyword, extra, phrase, textValue } from "./phrase.ts";
import type { Phrase } from "./phrase.ts";

export type NeighbourDraft = Draft<Required<Neighbour>>;

type NeighbourPhrase = Phrase<Neighbour, NeighbourDraft>;

/** NUD_ states. */
const STATES: readonly string[] = [
  "INCOMPLETE",
  "REACHABLE",
  "STALE",
  "DELAY",
  "PROBE",
  "FAILED",
  "NOARP",
  "PERMANENT",
  "NONE",
];

const states: NeighbourPhrase = {
  words: STATES,
  read(draft, _words, word) {
    draft.states.push(word);
    return true;
  },
  print: (neighbour) => neighbour.states.map((state) => `${state} `).join(""),
};

/** iproute2 6.1 prints no blank between the times and `probes`, which makes them one word. */
const GLUED = /^[\d/]+probes$/;

const used: NeighbourPhrase = {
  words: ["used"],
  read(draft, words) {
    const times = words.items[words.at]?.text;
    if (times === undefined) return false;
    words.at++;
    const probes = GLUED.test(times) ? words.items[words.at]?.text : undefined;
    if (probes !== undefined) words.at++;
    draft.extras.push(["used", probes === undefined ? times : `${times} ${probes}`]);
    return true;
  },
  print: (neighbour) =>
    (neighbour.extras ?? [])
      .filter(([name]) => name === "used")
      .map(([, value]) => ` used ${String(value)} `)
      .join(""),
};

/** Behind the address. */
export const neighbourWords: readonly NeighbourPhrase[] = [
  phrase(
    "dev",
    textValue,
    (n) => (n.dev === "" ? null : n.dev),
    (d, v) => (d.dev = v),
  ),
  phrase(
    "lladdr",
    textValue,
    (n) => n.mac,
    (d, v) => (d.mac = v),
  ),
  extra(["router", "proxy", "managed", "extern_learn", "offload", "sticky"], 0),
  extra(["ref"], 1, { before: " ", after: "" }),
  used,
  extra(["probes"], 1),
  states,
  extra(["proto", "protocol"], 1),
];

export const neighbourKeywords: ReadonlyMap<string, NeighbourPhrase> = byKeyword(neighbourWords);
