import { parseAddress, zeroOf } from "../base/address.ts";
import { printProtocol } from "../base/protocols.ts";
import { phrase } from "../messages/explain/phrase.ts";
import type { Socket } from "../model/host.ts";
import type { RoutingRule } from "../model/routing.ts";
import type { Need } from "./explanation.ts";
import { markWrite, targetOption } from "./mark-use.ts";
import { routingRuleText } from "./node.ts";
import type { Place } from "./node.ts";
import { printHex } from "./printed.ts";
import type { Scope } from "./scope.ts";

/** What must be there for a rule to do its work: TPROXY needs a transparent socket, and a route that delivers here. */
export function needsOf(place: Place, scope: Scope): readonly Need[] {
  const { target, proto } = place.rule;
  if (target?.kind !== "target" || (target.name !== "TPROXY" && target.name !== "REDIRECT")) return [];
  const protocol = proto !== null && !proto.negated ? printProtocol(proto.value) : null;
  if (target.name === "REDIRECT") {
    const port = targetOption(target, scope.family, "to-ports");
    return port === null || !/^\d+$/.test(port)
      ? []
      : [listener({ protocol, address: null, port, transparent: false }, scope)];
  }
  const port = targetOption(target, scope.family, "on-port");
  const address = targetOption(target, scope.family, "on-ip");
  const write = markWrite(place);
  const socket = listener({ protocol, address, port: port ?? "0", transparent: true }, scope);
  return write === null || write.mask === 0 ? [socket] : [socket, ...routingNeeds(write.value & write.mask, scope)];
}

interface Wanted {
  readonly protocol: string | null;
  readonly address: string | null;
  readonly port: string;
  readonly transparent: boolean;
}

function listener({ protocol, address, port, transparent }: Wanted, { node, family }: Scope): Need {
  const isAny = address === null || parseAddress(address) === zeroOf(family);
  const at = isAny ? port : `${address}:${port}`;
  const what = phrase(transparent ? "need-transparent" : "need-listener", { protocol: protocol ?? "tcp/udp", at });
  const { sockets } = node.snapshot;
  if (sockets === null) return { what: phrase("need-unknown", { need: what, dump: "ss" }), isMet: null };
  const file = node.snapshot.files.find(({ format }) => format === "ss")?.path ?? "ss";
  const wanted = isAny ? null : parseAddress(address);
  const found = sockets.filter(
    (socket) =>
      (socket.state === "LISTEN" || socket.state === "UNCONN") &&
      (protocol === null || socket.proto === protocol) &&
      String(socket.localPort) === port &&
      listensOn(socket, wanted),
  );
  const [first] = found;
  if (first === undefined) return { what: phrase("need-missing", { need: what, file }), isMet: false };
  const place = `${first.span.file}:${String(first.span.line)}`;
  if (!transparent || found.some((socket) => socket.transparent === true)) {
    return { what: phrase("need-met", { need: what, place }), isMet: true };
  }
  const isKnown = found.every((socket) => socket.transparent !== null);
  return isKnown
    ? { what: phrase("need-opaque", { need: what, place }), isMet: false }
    : { what: phrase("need-unknown", { need: what, dump: "ss --inet-sockopt" }), isMet: null };
}

function listensOn({ localAddress }: Socket, wanted: ReturnType<typeof parseAddress>): boolean {
  return (
    wanted === null || localAddress === null || localAddress === wanted || localAddress === 0 || localAddress === 0n
  );
}

/** The mark must choose a routing table that delivers on this node: else the packet is forwarded past the socket. */
function routingNeeds(mark: number, { node, family }: Scope): readonly Need[] {
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
