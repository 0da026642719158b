/** What prove says of all packets holds for those of the case files, each as the first of its flow: the walk tells what the kernel does. */
import { expect, it } from "vitest";
import { parsePacketOptions } from "@hookwalk/engine";
import type { Family, Program } from "@hookwalk/engine";
import { arrivals } from "../../packages/engine/src/prove/path/arrivals.ts";
import type { Origin } from "../../packages/engine/src/prove/path/arrivals.ts";
import { journeysOf } from "../../packages/engine/src/prove/path/journeys.ts";
import type { Journeys } from "../../packages/engine/src/prove/path/journeys.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import { findCases, programOf, readCase } from "../cases/case-runner.ts";
import { journeyAgreement } from "./journey-agreement.ts";

/** The journeys of a program's packets, made once for each family and origin. */
function journeysIn(program: Program): (family: Family, origin: Origin) => Journeys {
  const made = new Map<string, Journeys>();
  return (family, origin) => {
    const key = `${family} ${origin}`;
    let journeys = made.get(key);
    if (journeys === undefined) {
      const space = spaceOf(program, family);
      journeys = journeysOf(space, origin, arrivals(space, origin));
      made.set(key, journeys);
    }
    return journeys;
  };
}

/** Every case of these rooms, and single ones of others. */
const ROOMS: ReadonlySet<string> = new Set(["local", "mark", "routing", "rpfilter"]);
const OTHERS: readonly string[] = [
  "nft/fib/link-local-groups.txt",
  "nft/output/an-owner-does-not-come-round-by-lo.txt",
  "nft/tproxy/socket-of-what-was-assigned.txt",
  "tproxy/socket-of-what-was-assigned.txt",
  "nft/nat/dnat-prefix.txt",
  "nft/nat/prefixes-of-several-lengths.txt",
];

const ROUTE_MTU = "a route's own MTU";
/** Cases about what prove's README leaves out. */
const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ["local/too-big-with-df.txt", ROUTE_MTU],
  ["routing/loose-source-route-needs-a-sysctl.txt", "packets that carry their own route"],
  ["routing/route-with-an-mtu.txt", ROUTE_MTU],
  ["routing/too-big-with-df.txt", ROUTE_MTU],
]);

const cases = findCases().filter((path) => ROOMS.has(path.slice(0, path.indexOf("/"))) && !LEFT_OUT.has(path));

it.each([...cases, ...OTHERS])("says of each packet what the walk says: %s", (path) => {
  const kase = readCase(path);
  for (const backend of kase.backends) {
    const journeys = journeysIn(programOf(kase, backend));
    for (const event of kase.events) {
      if (event.kind === "flush" || event.fields.has("at")) continue;
      const { value } = parsePacketOptions(event.fields, () => null);
      if (value === null) throw new Error(event.options);
      const { packet, arrival } = value;
      const { ways, difference } = journeyAgreement(
        journeys(packet.family, arrival.iif === null ? "send" : "receive"),
        packet,
        arrival,
      );
      expect(difference, event.options).toBeNull();
      expect(ways, event.options).toBeGreaterThan(0);
    }
  }
});
