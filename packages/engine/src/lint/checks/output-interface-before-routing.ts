import type { Check } from "../finding.ts";
import { deviceCheck } from "../device-check.ts";

/** Rules that ask for an output device where routing has not chosen one yet: in chains that PREROUTING or INPUT alone call. */
export const outputInterfaceBeforeRouting: Check = deviceCheck({
  name: "output-interface-before-routing",
  example: ["-A CILIUM_PRE_mangle ! -o lo -m socket --transparent … -j MARK --set-xmark 0x200/0xffffffff"],
  side: "out",
  never: "no-output-device",
  always: "no-output-device-negated",
});
