import type { Family } from "../base/address.ts";
import { printAddress, printPrefix } from "../base/address.ts";
import type { Route } from "../model/routing.ts";
import type { Program } from "../program/program.ts";
import type { OneSided } from "./one-sided.ts";

/**
 * Routes by a next hop that the other side has not, or has by another: packets that leave by the same device fare alike as far as the nodes
 * go, but somebody else gets them. As `ip route` prints them: `default via 192.0.2.254 dev eth0`.
 */
export function nextHopsOfOneSide(a: Program, b: Program, family: Family): OneSided {
  const [before, after] = [hopsOf(a, family), hopsOf(b, family)];
  return {
    before: before.filter((route) => !after.includes(route)),
    after: after.filter((route) => !before.includes(route)),
  };
}

function hopsOf(program: Program, family: Family): readonly string[] {
  return [...program.families[family].fib.tables.values()].flatMap((table) =>
    table.entries().flatMap(({ route }) => wordsOf(route)),
  );
}

/** Nothing where it goes by no next hop. */
function wordsOf({ dst, table, metric, nexthops }: Route): readonly string[] {
  const hops = nexthops.flatMap(({ via, dev, weight }) =>
    via === null
      ? []
      : [`via ${printAddress(via)} dev ${dev ?? "?"}${weight === 1 ? "" : ` weight ${String(weight)}`}`],
  );
  if (hops.length === 0) return [];
  const to = dst.length === 0 ? "default" : printPrefix(dst);
  const of = table === "main" ? "" : ` table ${table}`;
  return [`${to} ${hops.join(" ")}${of}${metric === null ? "" : ` metric ${String(metric)}`}`];
}
