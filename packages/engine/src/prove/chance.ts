import { SCHEDULED_BY } from "../program/ipvs-schedule.ts";
import type { Unknown } from "./space.ts";

/** Why something is unknown that falls now this way, now that. */
const CHANCES: ReadonlySet<string> = new Set([
  ...SCHEDULED_BY,
  "random",
  "counter",
  "rate",
  "clock",
  "cpu",
  "hash",
  "the kernel chooses at random",
  "the multipath hash is seeded",
]);

/** Does it come about by itself, so that whoever asks what can happen may wait for it? Else it is a fact that no snapshot tells. */
export function isByChance({ why }: Unknown): boolean {
  return CHANCES.has(why);
}
