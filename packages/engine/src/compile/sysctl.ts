import type { Family } from "../base/address.ts";
import type { Sysctl } from "../model/host.ts";
import type { Assumption, SysctlView } from "../program/program.ts";

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
    forwards: (family, dev) => {
      const told = forwardingNames(family, dev).find((name) => numbers.has(name));
      return told === undefined ? UNTOLD[family] : number(told, 0) !== 0;
    },
    device: remembered(own),
    max: remembered((family, dev, key, byDefault) =>
      Math.max(all(family, key, byDefault), own(family, dev, key, byDefault)),
    ),
    either: remembered(
      (family, dev, key, byDefault) => all(family, key, byDefault) !== 0 || own(family, dev, key, byDefault) !== 0,
    ),
  };
}

const WHY = "no sysctl dump has it";
const UNTOLD: Readonly<Record<Family, Assumption>> = {
  ip: { what: "net.ipv4.ip_forward is 1", why: WHY },
  ip6: { what: "net.ipv6.conf.all.forwarding is 1", why: WHY },
};

/** The first that is told holds: ip_forward is conf.all.forwarding (net/ipv4/devinet.c), IPv6 looks at no device (ip6_forward). */
function forwardingNames(family: Family, dev: string): readonly string[] {
  if (family === "ip6") return ["net.ipv6.conf.all.forwarding"];
  const own = [dev, "default"].map((name) => `net.ipv4.conf.${name}.forwarding`);
  return [...own, "net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"];
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
