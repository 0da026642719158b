import type { Family } from "../../base/address.ts";
import { findTarget } from "../../ext/xt/registry.ts";
import type { Target } from "../../model/ruleset.ts";

/** Longest name of a device, IFNAMSIZ − 1. */
const DEVICE_LENGTH = 15;

/**
 * May this be the name of a chain or device? The tools print such names without quotes, so one that needed them could not
 * be read back.
 */
export function isName(text: string): boolean {
  return /^[^\s"'][^\s"]*$/.test(text);
}

export function isDevice(text: string): boolean {
  return text.length <= DEVICE_LENGTH && isName(text);
}

/** The verdicts that are not extensions. */
export const VERDICTS: ReadonlyMap<string, Target> = new Map([
  ["ACCEPT", { kind: "verdict", verdict: "ACCEPT" }],
  ["DROP", { kind: "verdict", verdict: "DROP" }],
  ["RETURN", { kind: "verdict", verdict: "RETURN" }],
]);

/** Is this behind `-j` the name of a chain, if there is one, and nothing else? */
export function isJumpable(name: string, family: Family): boolean {
  return !VERDICTS.has(name) && findTarget(name, family) === null;
}
