import type { Family } from "../../base/address.ts";
import { zeroOf } from "../../base/address.ts";
import { option } from "./codec.ts";
import type { ValueMask } from "./codecs-target.ts";
import { addressOf, integer, valueMask } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { given, malformed, needs } from "./given.ts";

const UNCHANGED: ValueMask = { value: 0, mask: 0 };

/** TPROXY of one family. Its zero address and port 0 mean the device's own address and the packet's own port. */
export function tproxyTarget(family: Family): TargetExtension {
  const anyAddress = zeroOf(family);
  return defineTarget({
    name: "TPROXY",
    families: [family],
    options: {
      "on-port": option(integer(0xffff)),
      "on-ip": option(addressOf(family)),
      "tproxy-mark": option(valueMask()),
    },
    source: "net/netfilter/xt_TPROXY.c tproxy_tg4, tproxy_tg6_v1, tproxy_tg4_check; nf_tproxy_laddr4",
    needsDefrag: true,
    check: (args) => needs(args, "on-port"),
    normalise: (args) => ({ "on-ip": given(anyAddress), "tproxy-mark": given(UNCHANGED), ...args }),
    compile({ "on-port": port, "on-ip": address, "tproxy-mark": mark }) {
      if (!port) return malformed("TPROXY");
      const { value, mask } = mark?.value ?? UNCHANGED;
      const to = address?.value ?? anyAddress;
      return { kind: "tproxy", port: port.value, address: to === anyAddress ? null : to, mark: value, mask };
    },
  });
}
