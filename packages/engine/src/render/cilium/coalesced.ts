import type { Prefix } from "../../base/address.ts";
import { inNet, netOf } from "../../base/address.ts";

/**
 * The fewest networks of one family with the same addresses, lowest first: none within another one, no two halves of one. pkg/ip
 * CoalesceCIDRs; where the whole is made of more than two, its order may differ, which is of no consequence to rules of one priority.
 */
export function coalesced(networks: readonly Prefix[]): readonly Prefix[] {
  const done: Prefix[] = [];
  for (const network of networks.map(netPrefix).toSorted(byAddress)) {
    let next = network;
    for (let last = done.at(-1); last !== undefined; last = done.at(-1)) {
      if (inNet(next.address, netOf(last))) next = last;
      else if (areHalves(last, next)) next = netPrefix({ ...last, length: last.length - 1 });
      else break;
      done.pop();
    }
    done.push(next);
  }
  return done;
}

function netPrefix({ address, length }: Prefix): Prefix {
  return { address: netOf({ address, length }).value, length };
}

/** What holds another one goes before it. */
function byAddress(a: Prefix, b: Prefix): number {
  return a.address < b.address ? -1 : a.address > b.address ? 1 : a.length - b.length;
}

/** `low` and `high` differ in their last bit alone. */
function areHalves(low: Prefix, high: Prefix): boolean {
  if (low.length !== high.length || low.length === 0) return false;
  const whole = netOf({ ...low, length: low.length - 1 });
  return low.address !== high.address && inNet(low.address, whole) && inNet(high.address, whole);
}
