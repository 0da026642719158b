import type { Sysctl } from "../model/host.ts";
import type { SysctlView } from "../program/program.ts";

/** The settings of a snapshot, with the kernel's default for what it does not hold. */
export function sysctlView(sysctls: ReadonlyMap<string, Sysctl> | null): SysctlView {
  const numbers = new Map<string, number>();
  for (const [name, { value: text }] of sysctls ?? []) {
    const value = Number.parseInt(text, 10);
    if (!Number.isNaN(value)) numbers.set(name, value);
  }
  const number = (name: string, byDefault: number): number => numbers.get(name) ?? byDefault;
  const own: DeviceSetting<number> = (family, dev, key, byDefault) =>
    number(`net.${family}.conf.${dev}.${key}`, number(`net.${family}.conf.default.${key}`, byDefault));
  const all = (family: string, key: string, byDefault: number): number =>
    number(`net.${family}.conf.all.${key}`, byDefault);
  return {
    values: numbers,
    devices: devicesIn(numbers.keys()),
    number,
    device: remembered(own),
    max: remembered((family, dev, key, byDefault) =>
      Math.max(all(family, key, byDefault), own(family, dev, key, byDefault)),
    ),
    either: remembered(
      (family, dev, key, byDefault) => all(family, key, byDefault) !== 0 || own(family, dev, key, byDefault) !== 0,
    ),
  };
}

/** The devices of `net.FAMILY.conf.DEV.KEY`; a key has no dot, a device may have. */
function devicesIn(names: Iterable<string>): ReadonlySet<string> {
  const devices = new Set<string>();
  for (const name of names) {
    const found = /^net\.ipv[46]\.conf\.(.+)\.[^.]+$/.exec(name)?.[1];
    if (found !== undefined && found !== "all" && found !== "default") devices.add(found);
  }
  return devices;
}

type DeviceSetting<T> = (family: "ipv4" | "ipv6", dev: string, key: string, byDefault: number) => T;

/** Every packet asks for the same few settings; their long names are put together once. A key has one default. */
function remembered<T>(compute: DeviceSetting<T>): DeviceSetting<T> {
  const known = { ipv4: new Map<string, Map<string, T>>(), ipv6: new Map<string, Map<string, T>>() };
  return (family, dev, key, byDefault) => {
    const byDevice = known[family].get(key) ?? new Map<string, T>();
    if (byDevice.size === 0) known[family].set(key, byDevice);
    const before = byDevice.get(dev);
    if (before !== undefined) return before;
    const value = compute(family, dev, key, byDefault);
    byDevice.set(dev, value);
    return value;
  };
}
