import type { Sysctl } from "../model/host.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { RelatedPlace } from "./finding.ts";

/** A kernel setting of the snapshot, as a number; null: it is not there, or it is none. */
export function settingOf({ sysctls }: Snapshot, name: string): (Sysctl & { readonly number: number }) | null {
  const found = sysctls?.get(name);
  if (found === undefined || !/^\d+$/.test(found.value)) return null;
  return { ...found, number: Number(found.value) };
}

export function settingLine({ name, value, span }: Sysctl): RelatedPlace {
  return { span, text: `${name} = ${value}` };
}
