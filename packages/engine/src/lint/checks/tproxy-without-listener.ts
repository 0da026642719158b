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
  severities: ["error"],
  example: [
    "iptables-save.txt:7  -A PREROUTING -p tcp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff",
    "ss.txt:2  tcp   LISTEN 0      128       127.0.0.1:15001       0.0.0.0:*",
  ],
  run({ snapshot: { sockets }, node }) {
    if (sockets === null) return [];
    // Port 0 is the packet's own.
    const rules = tproxyRules(node()).filter(({ delivery: { port } }) => port !== null && port !== "0");
    const isListed = listedProtocols(sockets);
    const byPort = socketsByPort(sockets);
    const found = rules.map((one) => ({ one, at: listenersFor(one.delivery, byPort.get(one.delivery.port) ?? []) }));
    // A proxy that speaks one protocol may have a rule for each: Cilium always writes both.
    const served = new Set(found.flatMap(({ one, at }) => (at.some(mayServe) ? [endOf(one.delivery)] : [])));
    return found
      .filter(({ one: { delivery } }) => isListed(delivery.protocol) && !served.has(endOf(delivery)))
      .map(({ one, at }) => findingOf(one, at));
  },
};

/** Transparent, or it is not known whether it is. */
function mayServe({ transparent }: Socket): boolean {
  return transparent !== false;
}

function endOf({ family, address, port }: Delivery): string {
  return `${family} ${address ?? ""} ${port ?? ""}`;
}

function socketsByPort(sockets: readonly Socket[]): ReadonlyMap<string | null, readonly Socket[]> {
  const byPort = new Map<string, Socket[]>();
  for (const socket of sockets) {
    const port = String(socket.localPort);
    const before = byPort.get(port);
    if (before === undefined) byPort.set(port, [socket]);
    else before.push(socket);
  }
  return byPort;
}

/** `ss -t` tells nothing of UDP. */
function listedProtocols(sockets: readonly Socket[]): (protocol: string | null) => boolean {
  const listed = new Set<string>(sockets.map(({ proto }) => proto));
  return (protocol) => (protocol === null ? ["tcp", "udp"] : [protocol]).every((one) => listed.has(one));
}

function findingOf({ place, delivery }: TproxyRule, found: readonly Socket[]): Finding {
  const { port, protocol, address } = delivery;
  const at = address === null || wantedAddress(delivery) === null ? (port ?? "") : `${address}:${port ?? ""}`;
  return {
    check: NAME,
    severity: "error",
    message: found.length === 0 ? "tproxy-without-listener" : "tproxy-opaque-listener",
    params: { at, protocol: protocol ?? "tcp/udp" },
    where: ruleAt(place),
    related: [
      ruleLine(place),
      ...found.map(({ span, text }) => ({ span, text: text.split("\n")[0]?.trimEnd() ?? "" })),
    ],
    witness: null,
  };
}
