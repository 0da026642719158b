import { phrase } from "../messages/explain/phrase.ts";
import type { RoutingRule } from "../model/routing.ts";
import type { Delivery } from "./delivery.ts";
import type { Need } from "./explanation.ts";
import { printHex } from "../base/hex.ts";
import { listenersFor, wantedAddress } from "./listeners.ts";
import { nftDelivery } from "./nft/delivery.ts";
import type { Node } from "./node.ts";
import { routingRuleText } from "./node.ts";
import type { Place } from "./place.ts";
import { xtDelivery } from "./xt/delivery.ts";

/** What must be there for a rule to do its work: TPROXY needs a transparent socket, and a route that delivers here. */
export function needsOf(place: Place, node: Node): readonly Need[] {
  const delivery = deliveryOf(place);
  if (delivery === null) return [];
  const { port, mark } = delivery;
  const sockets = port === null || !/^\d+$/.test(port) ? [] : [listener(delivery, port, node)];
  return mark === null ? sockets : [...sockets, ...routingNeeds(mark, delivery, node)];
}

/** Where a rule delivers packets on this node; null: it does not. */
export function deliveryOf(place: Place): Delivery | null {
  return place.dialect === "xt" ? xtDelivery(place) : nftDelivery(place);
}

function listener(delivery: Delivery, port: string, node: Node): Need {
  const { protocol, address, isTransparent } = delivery;
  const at = address === null || wantedAddress(delivery) === null ? port : `${address}:${port}`;
  const what = phrase(isTransparent ? "need-transparent" : "need-listener", { protocol: protocol ?? "tcp/udp", at });
  const { sockets } = node.snapshot;
  if (sockets === null) return { what: phrase("need-unknown", { need: what, dump: "ss" }), isMet: null };
  const file = node.snapshot.files.find(({ format }) => format === "ss")?.path ?? "ss";
  const found = listenersFor(delivery, sockets);
  const [first] = found;
  if (first === undefined) return { what: phrase("need-missing", { need: what, file }), isMet: false };
  const place = `${first.span.file}:${String(first.span.line)}`;
  if (!isTransparent || found.some((socket) => socket.transparent === true)) {
    return { what: phrase("need-met", { need: what, place }), isMet: true };
  }
  const isKnown = found.every((socket) => socket.transparent !== null);
  return isKnown
    ? { what: phrase("need-opaque", { need: what, place }), isMet: false }
    : { what: phrase("need-unknown", { need: what, dump: "ss --inet-sockopt" }), isMet: null };
}

/** The mark must choose a routing table that delivers on this node: else the packet is forwarded past the socket. */
function routingNeeds(mark: number, { family }: Delivery, node: Node): readonly Need[] {
  const rules = node.snapshot.rules[family];
  const what = phrase("need-routing-rule", { mark: printHex(mark) });
  if (rules === null) return [{ what: phrase("need-unknown", { need: what, dump: "ip rule" }), isMet: null }];
  const rule = rules.find((one) => selects(one, mark));
  if (rule?.action.kind !== "lookup") return [{ what: phrase("need-absent", { need: what }), isMet: false }];
  const { table } = rule.action;
  const by = `${String(rule.priority)}: ${routingRuleText(rule)}`;
  const local = phrase("need-local-route", { table });
  const routes = node.snapshot.routes[family]?.filter((route) => route.table === table);
  const chosen: Need = { what: phrase("need-met", { need: what, place: by }), isMet: true };
  if (routes === undefined || routes.length === 0) {
    return [
      chosen,
      { what: phrase("need-unknown", { need: local, dump: `ip route show table ${table}` }), isMet: null },
    ];
  }
  const delivers = routes.some(({ type, dst }) => type === "local" && dst.length === 0);
  return [
    chosen,
    delivers
      ? { what: phrase("need-met-plainly", { need: local }), isMet: true }
      : { what: phrase("need-absent", { need: local }), isMet: false },
  ];
}

/** A rule that looks at the mark and at nothing else. */
function selects({ fwmark, from, to, iif, oif, not, action }: RoutingRule, mark: number): boolean {
  if (fwmark === null || not || from !== null || to !== null || iif !== null || oif !== null) return false;
  return action.kind === "lookup" && (mark & fwmark.mask) >>> 0 === fwmark.mark;
}
