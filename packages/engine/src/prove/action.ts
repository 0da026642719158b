import { assertNever } from "../base/assert.ts";
import type { Action } from "../program/action.ts";
import { PROTO } from "../program/protocol.ts";
import { FALSE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import type { Bits } from "./bdd/numbers.ts";
import type { Done } from "./done.ts";
import type { Exit } from "./exit.ts";
import { CT_STATE, hasEntry, isLater } from "./fields.ts";
import { NOTHING, asEntered, assigned, bitNow, changed, computed, joined, keptAndFlipped, within } from "./flow.ts";
import type { Flow } from "./flow.ts";
import { mapped } from "./nat.ts";
import { actNft } from "./nft/perform.ts";
import { anything, unknownHere } from "./place.ts";
import type { Asking, Place } from "./place.ts";
import { transparentSocket, withSocket } from "./socket.ts";
import type { Space } from "./space.ts";

export function isDone(result: Flow | Done): result is Done {
  return "exits" in result;
}

function leave(exit: Exit, flow: Flow): Done {
  return { exits: [[exit, flow]], on: NOTHING };
}

/** What an action makes of the packets that come to it. */
export function act(at: Asking, flow: Flow, action: Action): Flow | Done {
  const { space, hook } = at;
  const { bdd, layout } = space;
  switch (action.kind) {
    case "continue":
    case "log":
    case "mangle":
    case "copy":
    case "tcpmss":
    case "strip-tcp-options":
    case "ct-template":
      return flow;
    case "accept":
      return leave("accept", flow);
    case "drop":
      return leave("drop", flow);
    case "return":
      return leave("through", flow);
    case "unknown":
      return unknownAction(at, flow, action.what);
    case "jump":
    case "goto":
      return unknownAction(at, flow, `chain ${action.chain}, which is not in the dump or calls itself`);
    case "nat":
      // A mapping ends the chains of this hook (net/netfilter/nf_nat_core.c).
      return hook === null ? leave("accept", flow) : mapped({ ...at, hook }, flow, action.spec);
    case "reject":
      return rejected(space, flow, action.with);
    case "queue": {
      const listens = space.unknown(`listener ${action.what}`, {
        what: `a program listens on ${action.what}`,
        why: "no dump of queue listeners",
      });
      const without = within(bdd, flow, bdd.not(listens));
      return {
        exits: [
          ["queue", within(bdd, flow, listens)],
          [action.bypass ? "accept" : "drop", without],
        ],
        on: NOTHING,
      };
    }
    case "tproxy": {
      const { when, everywhere } = transparentSocket(at, action);
      const taken = withSocket(space, within(bdd, flow, when), everywhere);
      const marked = { keep: ~action.mask >>> 0, flip: action.mark };
      return {
        exits: [
          ["accept", changed(taken, keptAndFlipped(bdd, taken, layout.bits.mark, marked))],
          ["drop", within(bdd, flow, bdd.not(when))],
        ],
        on: NOTHING,
      };
    }
    case "set-mark":
      return changed(flow, keptAndFlipped(bdd, flow, layout.bits.mark, action));
    case "set-tos":
      return changed(flow, keptAndFlipped(bdd, flow, layout.bits.tos, action));
    case "set-tcp-flags":
      return changed(flow, keptAndFlipped(bdd, flow, layout.bits.tcpFlags, action));
    case "ttl":
      return changed(
        flow,
        computed(bdd, flow, layout.bits.ttl, (ttl) => newTtl(ttl, action)),
      );
    case "set-ctmark": {
      const shift = action.shift ?? 0;
      const flipped = new Map(keptAndFlipped(bdd, flow, layout.bits.ctmark, action));
      const value = layout.bits.ctmark.map((level) =>
        level === null ? FALSE : (flipped.get(level) ?? bitNow(bdd, flow, level)),
      );
      return whereTracked(space, flow, bitsOf(layout.bits.ctmark, shifted(value, shift)));
    }
    case "save-mark": {
      const from = shifted(under(space, flow, layout.bits.mark, action.nfMask), action.shift);
      return whereTracked(space, flow, mixed(space, flow, layout.bits.ctmark, { mask: action.ctMask, from }));
    }
    case "restore-mark": {
      const from = shifted(under(space, flow, layout.bits.ctmark, action.ctMask), action.shift);
      return whereTracked(space, flow, mixed(space, flow, layout.bits.mark, { mask: action.nfMask, from }));
    }
    case "notrack": {
      // xt_CT.c: a packet that has an entry already keeps it.
      const without = asEntered(bdd, flow, bdd.not(hasEntry(space)));
      const free = within(bdd, flow, without);
      return joined(
        bdd,
        changed(free, assigned(layout.bits.ctState, CT_STATE.untracked)),
        within(bdd, flow, bdd.not(without)),
      );
    }
    case "set-update":
      return { ...flow, changedSets: new Set([...flow.changedSets, action.set]) };
    case "set-map":
      return action.mark ? anything(at, flow, "mark", `the mark of an element of ${action.set}`) : flow;
    case "set-unknown":
      return anything(at, flow, action.field, action.what);
    case "sequence":
      return action.actions.reduce<Flow>((so, part) => {
        const next = act(at, so, part);
        return isDone(next) ? next.on : next;
      }, flow);
    case "nat-values":
    case "verdict-map":
    case "assign":
    case "element":
    case "assign-socket":
    case "offload":
      return actNft(at, flow, action);
    default:
      return assertNever(action);
  }
}

/** May end the chain or go on, and change what it likes. */
function unknownAction(at: Place, flow: Flow, what: string): Done {
  const { bdd } = at.space;
  const ends = unknownHere(at, `${what} ends the chain`, "extension");
  const on = (["mark", "ctmark"] as const).reduce(
    (so, field) => anything(at, so, field, `what ${what} changes`),
    within(bdd, flow, bdd.not(ends)),
  );
  return { exits: [["unknown", within(bdd, flow, ends)]], on };
}

/** `-m socket --restore-skmark`: the mark may be that of a socket. */
export function restoreMark(at: Place, flow: Flow): Flow {
  return anything(at, flow, "mark", "the mark of the socket");
}

/** nf_send_reset never answers a reset or a later fragment; then the packet is just dropped. */
function rejected(space: Space, flow: Flow, kind: string): Done {
  const { bdd } = space;
  if (kind !== "tcp-reset") return leave("reject", flow);
  const isReset = bdd.union([bdd.not(space.is("proto", PROTO.tcp)), isLater(space), space.masked("tcpFlags", 4, 4)]);
  const unanswered = asEntered(bdd, flow, isReset);
  return {
    exits: [
      ["reject", within(bdd, flow, bdd.not(unanswered))],
      ["drop", within(bdd, flow, unanswered)],
    ],
    on: NOTHING,
  };
}

/** Only flows have a mark of their own. */
function whereTracked(space: Space, flow: Flow, bits: Iterable<readonly [number, Ref]>): Flow {
  const { bdd } = space;
  const tracked = asEntered(bdd, flow, hasEntry(space));
  return joined(bdd, changed(within(bdd, flow, tracked), bits), within(bdd, flow, bdd.not(tracked)));
}

/** The bits of a field under a mask, highest first. */
function under(space: Space, flow: Flow, bits: Bits, mask: number): readonly Ref[] {
  return bits.map((level, index) =>
    level === null || (mask >>> (bits.length - 1 - index)) % 2 === 0 ? FALSE : bitNow(space.bdd, flow, level),
  );
}

/** To the left, or to the right where negative. */
function shifted(bits: readonly Ref[], shift: number): readonly Ref[] {
  return bits.map((_, index) => bits[index + shift] ?? FALSE);
}

/** `field = (field & ~mask) ^ from`. */
function* mixed(
  space: Space,
  flow: Flow,
  bits: Bits,
  { mask, from }: { readonly mask: number; readonly from: readonly Ref[] },
): Iterable<readonly [number, Ref]> {
  for (const [index, level] of bits.entries()) {
    if (level === null) continue;
    const isKept = (mask >>> (bits.length - 1 - index)) % 2 === 0;
    yield [level, space.bdd.xor(isKept ? bitNow(space.bdd, flow, level) : FALSE, from[index] ?? FALSE)];
  }
}

function* bitsOf(bits: Bits, values: readonly Ref[]): Iterable<readonly [number, Ref]> {
  for (const [index, level] of bits.entries()) if (level !== null) yield [level, values[index] ?? FALSE];
}

/** ttl_tg: never above 255 nor below 0. */
function newTtl(ttl: number, { op, value }: { readonly op: "set" | "inc" | "dec"; readonly value: number }): number {
  const wanted = op === "set" ? value : op === "inc" ? ttl + value : ttl - value;
  return Math.min(255, Math.max(0, wanted));
}
