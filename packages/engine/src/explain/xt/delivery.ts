import { printProtocol } from "../../base/protocols.ts";
import type { Delivery } from "../delivery.ts";
import type { XtPlace } from "../place.ts";
import { targetOption, xtMarkWrite } from "./marks.ts";

/** TPROXY and REDIRECT. */
export function xtDelivery(place: XtPlace): Delivery | null {
  const { target, proto } = place.rule;
  const { family } = place.table;
  if (target?.kind !== "target" || (target.name !== "TPROXY" && target.name !== "REDIRECT")) return null;
  const protocol = proto !== null && !proto.negated ? printProtocol(proto.value) : null;
  if (target.name === "REDIRECT") {
    const port = targetOption(target, family, "to-ports");
    return { family, isTransparent: false, protocol, address: null, port, mark: null, markMask: 0 };
  }
  const write = xtMarkWrite(place);
  return {
    family,
    isTransparent: true,
    protocol,
    address: targetOption(target, family, "on-ip"),
    port: targetOption(target, family, "on-port") ?? "0",
    markMask: write?.mask ?? 0,
    mark: write === null || write.mask === 0 ? null : (write.value & write.mask) >>> 0,
  };
}
