import type { Sysctl } from "../model/host.ts";
import type { SysctlView } from "../program/program.ts";

/** The settings of a snapshot, with the kernel's default for what it does not hold. */
export function sysctlView(sysctls: ReadonlyMap<string, Sysctl> | null): SysctlView {
  const number = (name: string, byDefault: number): number => {
    const text = sysctls?.get(name)?.value;
    if (text === undefined) return byDefault;
    const value = Number.parseInt(text, 10);
    return Number.isNaN(value) ? byDefault : value;
  };
  const device = (family: string, dev: string, key: string, byDefault: number): number => {
    const inherited = number(`net.${family}.conf.default.${key}`, byDefault);
    return number(`net.${family}.conf.${dev}.${key}`, inherited);
  };
  const all = (family: string, key: string, byDefault: number): number =>
    number(`net.${family}.conf.all.${key}`, byDefault);
  return {
    number,
    device,
    max: (family, dev, key, byDefault) => Math.max(all(family, key, byDefault), device(family, dev, key, byDefault)),
    either: (family, dev, key, byDefault) =>
      all(family, key, byDefault) !== 0 || device(family, dev, key, byDefault) !== 0,
  };
}
