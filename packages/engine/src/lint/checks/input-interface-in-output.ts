import type { Check } from "../finding.ts";
import { deviceCheck } from "../device-check.ts";

/** Rules that ask for an input device of packets that the node itself makes: in chains that OUTPUT alone calls. */
export const inputInterfaceInOutput: Check = deviceCheck({
  name: "input-interface-in-output",
  example: ["-A OUTPUT -j OWN", "-A OWN -i eth0 -j DROP"],
  side: "in",
  never: "no-input-device",
  always: "no-input-device-negated",
});
