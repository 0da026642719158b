import { printAddress } from "../../base/address.ts";
import { neighbourKeywords, neighbourWords } from "../../ext/ip/neighbour.ts";
import type { Neighbour } from "../../model/routing.ts";
import { printExtraWords, printPhrases } from "./phrases.ts";

/** As `ip neigh` prints these neighbours. */
export function printIpNeigh(neighbours: readonly Neighbour[]): string {
  return neighbours.map((neighbour) => `${printNeighbour(neighbour)}\n`).join("");
}

function printNeighbour(neighbour: Neighbour): string {
  const words = printPhrases(neighbourWords, neighbour);
  return `${printAddress(neighbour.address)} ${words}${printExtraWords(neighbour.extras, neighbourKeywords)}`;
}
