import type { Delivery } from "../../explain/delivery.ts";
import { wantedAddress, listenersFor } from "../../explain/listeners.ts";
import type { Socket } from "../../model/host.ts";
import type { Check, Finding } from "../finding.ts";
import { ruleAt, ruleLine } from "../lines.ts";
import type { TproxyRule } from "../tproxy-rules.ts";
import { tproxyRules } from "../tproxy-rules.ts";

const NAME = "tproxy-without-listener";

/** TPROXY rules to a port where no transparent socket listens: they drop what they take (cases tproxy/no-listener-drops, tproxy/listener-that-is-not-transparent). */
export const tproxyWithoutListener: Check = {
  name: NAME,
  run({ snapshot: { sockets }, node }) {
    if (sockets === null) return [];
    const rules = tproxyRules(node());
    // A proxy that speaks one protocol may have a rule for each: Cilium always writes both.
    const served = new Set(rules.flatMap(({ delivery }) => (isServed(delivery, sockets) ? [endOf(delivery)] : [])));
    return rules.flatMap((one) => (served.has(endOf(one.delivery)) ? [] : findingsOf(one, sockets)));
  },
};

/** By a socket that is transparent, or may be. */
function isServed(delivery: Delivery, sockets: readonly Socket[]): boolean {
  return listenersFor(delivery, sockets).some(({ transparent }) => transparent !== false);
}

function endOf({ family, address, port }: Delivery): string {
  return `${family} ${address ?? ""} ${port ?? ""}`;
}

function findingsOf({ place, delivery }: TproxyRule, sockets: readonly Socket[]): readonly Finding[] {
  const { port, protocol, address } = delivery;
  // Port 0 is the packet's own.
  if (port === null || port === "0" || !isListed(protocol, sockets)) return [];
  const found = listenersFor(delivery, sockets);
  const at = address === null || wantedAddress(delivery) === null ? port : `${address}:${port}`;
  return [
    {
      check: NAME,
      severity: "error",
      message: found.length === 0 ? "tproxy-without-listener" : "tproxy-opaque-listener",
      params: { at, protocol: protocol ?? "tcp/udp" },
      where: ruleAt(place),
      related: [ruleLine(place), ...found.map(({ span, text }) => ({ span, text: text.split("\n")[0] ?? "" }))],
      witness: null,
    },
  ];
}

/** `ss -t` tells nothing of UDP. */
function isListed(protocol: string | null, sockets: readonly Socket[]): boolean {
  return (protocol === null ? ["tcp", "udp"] : [protocol]).every((one) => sockets.some(({ proto }) => proto === one));
}
