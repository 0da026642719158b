import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";

/** Devices that a packet may come in by, alike in what the kernel asks of them. */
export interface DeviceClass<S> {
  readonly settings: S;
  readonly when: Ref;
}

/** `settingsOf` a device by name; null: one that no dump names, which has what every new device gets. Whoever made a packet here is lo. */
export function inputClasses<S extends object>(
  space: Space,
  settingsOf: (name: string | null) => S,
): readonly DeviceClass<S>[] {
  const classes = new Map<string, { readonly settings: S; readonly names: Set<Device> }>();
  for (const device of space.devices.names) {
    const settings = settingsOf(device.isOther ? null : device.name === "" ? "lo" : device.name);
    const key = JSON.stringify(settings);
    const known = classes.get(key);
    if (known === undefined) classes.set(key, { settings, names: new Set([device]) });
    else known.names.add(device);
  }
  return [...classes.values()].map(({ settings, names }) => ({
    settings,
    when: space.devicesWhere("iif", (device) => names.has(device)),
  }));
}

type Device = Space["devices"]["names"][number];
