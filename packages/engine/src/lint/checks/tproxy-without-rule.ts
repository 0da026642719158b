import { printHex } from "../../base/hex.ts";
import type { Check } from "../finding.ts";
import { ruleAt, ruleLine } from "../lines.ts";
import { routeTables } from "../route-tables.ts";
import { proxiedRouting, tproxyRules } from "../tproxy-rules.ts";

const NAME = "tproxy-without-rule";

/** TPROXY rules whose packets no routing rule keeps on this node: they are forwarded, and dropped there for they have a socket (case tproxy/without-a-route-the-packet-is-lost). */
export const tproxyWithoutRule: Check = {
  name: NAME,
  severities: ["error"],
  example: [
    "iptables-save.txt:7  -A PREROUTING -p tcp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff",
  ],
  run: ({ snapshot, node }) =>
    routeTables(snapshot).flatMap((tables) => {
      const routing = proxiedRouting(tables);
      return tproxyRules(node())
        .filter(({ delivery }) => delivery.family === tables.family && routing(delivery).length === 0)
        .map(({ place, delivery: { mark } }) => ({
          check: NAME,
          severity: "error",
          message: mark === null ? "tproxy-without-mark" : "tproxy-without-rule",
          params: { mark: printHex(mark ?? 0) },
          where: ruleAt(place),
          related: [ruleLine(place)],
          witness: null,
        }));
    }),
};
