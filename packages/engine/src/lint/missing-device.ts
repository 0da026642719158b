import type { StackHook } from "../program/program.ts";
import type { Test } from "../program/test.ts";

/** A rule's test of a device that no packet has at any hook from which its chain is called. */
export interface MissingDevice {
  readonly side: "in" | "out";
  /** As rules write it: `eth+`. */
  readonly device: string;
  /** `! -o lo`: always holds. Else it never does. */
  readonly negated: boolean;
}

/** Hooks before there is an output device, and those of packets that came in by none (net/ipv4/ip_input.c ip_rcv, ip_output.c __ip_local_out). */
const WITHOUT: Readonly<Record<"in" | "out", readonly StackHook[]>> = {
  out: ["ingress", "prerouting", "input"],
  in: ["output"],
};

/** The first such test; null: each asks for a device that may be there. */
export function missingDevice(tests: readonly Test[], hooks: readonly string[]): MissingDevice | null {
  for (const test of tests) {
    if (test.kind !== "interface" || (test.side !== "in" && test.side !== "out")) continue;
    const { side, name, prefix, negated } = test;
    const without: readonly string[] = WITHOUT[side];
    if (name !== "" && hooks.length > 0 && hooks.every((hook) => without.includes(hook)))
      return { side, device: prefix ? `${name}+` : name, negated };
  }
  return null;
}
