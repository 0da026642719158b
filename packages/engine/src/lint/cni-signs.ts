import type { Route } from "../model/routing.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Owner, OwnerName } from "../owners/owner.ts";
import type { Subject } from "./finding.ts";
import { ownerOf, reachedRules } from "./reached.ts";
import type { ReachedRule } from "./reached.ts";

/** Devices that an owner's pods have and that are named as another's, or as nobody's. */
const ALSO: Readonly<Partial<Record<OwnerName, RegExp>>> = {
  flannel: /^cni0$/,
  terway: /^cali[0-9a-z]/,
};

/** Does it name its devices so, or, as the bridge plugin for flannel, somebody for it? */
function isDeviceOf({ name, devices }: Owner, device: string): boolean {
  return devices.some((pattern) => pattern.name.test(device)) || ALSO[name]?.test(device) === true;
}

/** Routes by devices of its own; the kernel's of local addresses tell nothing. */
export function routesBy(owner: Owner, { routes }: Snapshot): readonly Route[] {
  return [...(routes.ip ?? []), ...(routes.ip6 ?? [])].filter(
    ({ table, nexthops }) => table !== "local" && nexthops.some(({ dev }) => dev !== null && isDeviceOf(owner, dev)),
  );
}

/** What of an owner's work is in use, as far as the snapshot shows it. */
export interface Signs {
  /** Routes lead by a device of its own. */
  readonly isRouted: boolean;
  /** Packets come to a rule of its own. */
  readonly isCalled: boolean;
  /** Its rules ask for devices of its own, and none of them is there. */
  readonly lacksDevices: boolean;
}

/** The signs of each owner. Null: without routes and devices nothing can be told. */
export function signsOf(subject: Subject): ((owner: Owner) => Signs) | null {
  const { snapshot } = subject;
  const { links, routes } = snapshot;
  if (links === null || routes.ip === null) return null;
  const rules = new Map<OwnerName, ReachedRule[]>();
  for (const reached of reachedRules(subject)) {
    const owner = ownerOf(subject, reached);
    if (owner === null) continue;
    const before = rules.get(owner.name);
    if (before === undefined) rules.set(owner.name, [reached]);
    else before.push(reached);
  }
  return (owner) => {
    const own = rules.get(owner.name) ?? [];
    const asked = own.flatMap(({ rule: { tests } }) =>
      tests.flatMap((test) => (test.kind === "interface" && test.name !== "" ? [test] : [])),
    );
    const isThere = ({ name, prefix }: { readonly name: string; readonly prefix: boolean }): boolean =>
      links.some((link) => (prefix ? link.name.startsWith(name) : link.name === name));
    const owned = asked.filter(({ name, prefix }) => prefix || isDeviceOf(owner, name));
    return {
      isRouted: routesBy(owner, snapshot).length > 0,
      isCalled: own.length > 0,
      lacksDevices: !owned.some(isThere),
    };
  };
}
