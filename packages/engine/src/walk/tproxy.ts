import type { Address } from "../base/address.ts";
import { familyOf } from "../base/address.ts";
import type { Action } from "../program/action.ts";
import { PROTO } from "../program/protocol.ts";
import { isLaterFragment } from "./fields.ts";
import { ask } from "./run.ts";
import type { Run } from "./run.ts";
import type { FoundSocket } from "./skb.ts";
import { askSocket, findConnection, findListener, giveSocket } from "./sockets.ts";
import { ACCEPT, dropped } from "./verdict.ts";
import type { ChainVerdict } from "./verdict.ts";

/** tproxy_tg4 (net/netfilter/xt_TPROXY.c): to its connection, else to the listener asked for; to a transparent socket, or dropped; either way the chain ends (cases tproxy/). */
export function performTproxy(run: Run, action: Action & { kind: "tproxy" }): ChainVerdict {
  const { skb } = run;
  const address = action.address ?? deviceAddress(run) ?? skb.dst;
  const port = action.port === 0 ? skb.dport : action.port;
  const socket = transparentListener(run, address, port);
  if (socket === null) return dropped("tproxy", `no transparent socket on port ${String(port)}`);
  skb.mark = ((skb.mark & ~action.mask) ^ action.mark) >>> 0;
  giveSocket(skb, socket);
  run.steps.push({ kind: "socket", what: `assigned to the transparent socket on port ${String(port)}` });
  return ACCEPT;
}

/** nft_tproxy_eval_v4 (net/netfilter/nft_tproxy.c): false without a transparent socket. */
export function assignTransparentSocket(run: Run, wanted: Address | null, wantedPort: number): boolean {
  const { skb } = run;
  if (skb.base.proto !== PROTO.tcp && skb.base.proto !== PROTO.udp) return false;
  if (skb.sport === null || skb.dport === null || isLaterFragment(skb)) return false;
  const address = wanted ?? deviceAddress(run) ?? skb.dst;
  const port = wantedPort === 0 ? skb.dport : wantedPort;
  const socket = transparentListener(run, address, port);
  if (socket === null) return false;
  giveSocket(skb, socket);
  run.steps.push({ kind: "socket", what: `assigned to the transparent socket on port ${String(port)}` });
  return true;
}

function transparentListener(run: Run, address: Address, port: number | null): FoundSocket | null {
  const found = findConnection(run, run.skb) ?? findListener(run, run.skb, address, port);
  if (run.program.sockets !== null && found === null) return null;
  if (found !== null && found.transparent !== null) return found.transparent ? found : null;
  const question = askSocket(run, `a transparent socket listens on port ${String(port)}`);
  const listens = typeof question === "boolean" ? question : ask(run, { ...question, likely: true });
  return listens ? { ...(found ?? UNTOLD), transparent: true } : null;
}

const UNTOLD = { text: "", isWildcard: null, mark: null, uid: null };

/** nf_tproxy_laddr4: without --on-ip the first address of the input device. */
function deviceAddress(run: Run): Address | null {
  const link = run.program.links.get(run.skb.iif ?? "");
  const first = link?.addresses.find(({ prefix }) => familyOf(prefix.address) === run.skb.family);
  return first?.prefix.address ?? null;
}
