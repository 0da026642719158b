import type { Route } from "../model/routing.ts";

/** `mtu 1400`, `mtu lock 1400`: bytes; null: the route says none, its device counts (dst_mtu). */
export function routeMtu({ extras }: Route): number | null {
  const word = extras.find(([name]) => name === "mtu")?.[1] ?? "";
  const digits = /\d+$/.exec(word);
  return digits === null ? null : Number(digits[0]);
}
