import { extraOf } from "../../ext/ip/phrase.ts";
import { hopWords, printDestination, routeKeywords, routeWords } from "../../ext/ip/route.ts";
import type { Route } from "../../model/routing.ts";
import { printExtraWords, printPhrases } from "./phrases.ts";

export interface PrintRouteOptions {
  /** As `ip route show table T`: only its routes, which do not name it. Absent: as `table all`. */
  readonly table?: string;
  /** As `ip -o`. */
  readonly oneline?: boolean;
}

/** As `ip route show` prints these routes. */
export function printIpRoute(routes: readonly Route[], options: PrintRouteOptions = {}): string {
  const { table } = options;
  const shown = table === undefined ? routes : routes.filter((route) => route.table === table);
  return shown.map((route) => `${printRoute(route, options)}\n`).join("");
}

function printRoute(route: Route, options: PrintRouteOptions): string {
  const oneTable = options.table !== undefined;
  const joint = options.oneline === true ? "\\" : "\n";
  const [only, ...others] = route.nexthops;
  const hop = others.length === 0 ? (only ?? null) : null;
  const type = route.type === "unicast" && extraOf(route, "unicast") === undefined ? "" : `${route.type} `;
  let out = `${type}${printDestination(route.dst)} `;
  out += printPhrases(routeWords, { route, hop, oneTable }) + printExtraWords(route.extras, OWN_WORDS);
  const info = extraOf(route, "nh_info");
  if (typeof info === "string") out += `${joint}\tnh_info ${info} `;
  if (hop !== null) return out;
  for (const one of route.nexthops) {
    out += `${joint}\tnexthop ${printPhrases(hopWords, { route, hop: one, oneTable })}`;
  }
  return out;
}

/** What the line says elsewhere. */
const OWN_WORDS: { has(word: string): boolean } = { has: (word) => word === "unicast" || routeKeywords.has(word) };
