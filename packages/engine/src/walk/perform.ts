import type { Action } from "../program/action.ts";
import type { CompiledTable } from "../program/program.ts";
import { bindNat } from "./nat/bind.ts";
import { reject } from "./reject.ts";
import { ask, factQuestion, placeOf } from "./run.ts";
import type { Run } from "./run.ts";
import { questionOf, setKey, updateSet } from "./sets.ts";
import { performNft } from "./nft/perform.ts";
import { rewriteTcp } from "./tcp-header.ts";
import { performTproxy } from "./tproxy.ts";
import type { SetVerdict } from "../program/value-set.ts";
import { ACCEPT, dropped } from "./verdict.ts";
import type { ChainVerdict } from "./verdict.ts";

/**
 * What a rule does; null: it goes on, "done": it ends and the next rule is looked at, "break": a value is missing, so that it has
 * not matched.
 */
export function perform(run: Run, action: Action, table: CompiledTable): ChainVerdict | null | "done" | "break" {
  const { skb, frames } = run;
  switch (action.kind) {
    case "continue":
    case "log":
    case "mangle":
    case "copy":
      return null;
    case "tcpmss":
    case "set-tcp-flags":
    case "strip-tcp-options":
      rewriteTcp(run, action);
      return null;
    case "accept":
      return ACCEPT;
    case "drop":
      return dropped("rule", null);
    case "return":
      frames.pop();
      return null;
    case "jump":
    case "goto": {
      const chain = table.chain(action.chain);
      if (chain === null) return { kind: "unknown", what: `chain ${action.chain} is not in the dump` };
      if (frames.some((frame) => frame.chain === chain))
        return { kind: "unknown", what: `chain ${action.chain} loops` };
      if (action.kind === "goto") frames.pop();
      frames.push({ chain, next: 0 });
      return null;
    }
    case "set-mark":
      skb.mark = ((skb.mark & action.keep) ^ action.flip) >>> 0;
      return null;
    case "verdict-map":
    case "assign":
    case "nat-values":
    case "element":
    case "assign-socket":
    case "offload": {
      const performed = performNft(run, action);
      if (performed === null || performed === "break" || !isSetVerdict(performed)) return performed;
      return performed.kind === "continue" ? null : (perform(run, performed, table) ?? "done");
    }
    case "nat":
      return bindNat(run, action.spec);
    case "tproxy":
      return performTproxy(run, action);
    case "reject":
      return reject(run, action.with);
    case "unknown":
      return { kind: "unknown", what: `${action.what} at ${placeOf(run)}` };
    case "queue":
      return queue(run, action);
    case "sequence":
      for (const part of action.actions) perform(run, part, table);
      return null;
    case "set-ctmark":
    case "save-mark":
    case "restore-mark":
    case "notrack":
    case "ct-template":
    case "set-update":
    case "set-map":
    case "ttl":
    case "set-tos":
    case "set-unknown":
      mangle(run, action);
      return null;
  }
}

const FINAL: ReadonlySet<string> = new Set(["reject", "queue", "unknown"]);

/** A verdict of a map says what to do; one of a chain has been reached. */
function isSetVerdict(performed: ChainVerdict | SetVerdict): performed is SetVerdict {
  return !FINAL.has(performed.kind) && !("reason" in performed);
}

type Mangling = Extract<
  Action,
  {
    kind:
      | "set-ctmark"
      | "save-mark"
      | "restore-mark"
      | "notrack"
      | "ct-template"
      | "set-update"
      | "set-map"
      | "ttl"
      | "set-tos"
      | "set-unknown";
  }
>;

/** Actions that change the packet or its flow and go on. */
function mangle(run: Run, action: Mangling): void {
  const { skb } = run;
  switch (action.kind) {
    case "set-ctmark":
      if (skb.ct !== null) {
        const flow = skb.ct.flow;
        flow.mark = shifted(((flow.mark & action.keep) ^ action.flip) >>> 0, action.shift ?? 0);
      }
      return;
    case "save-mark":
      if (skb.ct !== null) {
        const from = shifted((skb.mark & action.nfMask) >>> 0, action.shift);
        skb.ct.flow.mark = ((skb.ct.flow.mark & ~action.ctMask) ^ from) >>> 0;
      }
      return;
    case "restore-mark":
      if (skb.ct !== null) {
        const from = shifted((skb.ct.flow.mark & action.ctMask) >>> 0, action.shift);
        skb.mark = ((skb.mark & ~action.nfMask) ^ from) >>> 0;
      }
      return;
    case "notrack":
      // xt_CT.c: a packet that has an entry already keeps it.
      skb.untracked ||= skb.ct === null && !skb.refusesCt;
      return;
    case "ct-template":
      if (skb.ct !== null || skb.refusesCt) return;
      if (action.zone !== null) {
        skb.zone = { id: action.zone === "mark" ? skb.mark & 0xffff : action.zone, direction: action.zoneDirection };
      }
      skb.helper = action.helper ?? skb.helper;
      return;
    case "set-update":
      updateSet(run, action);
      return;
    case "set-map":
      if (action.mark) mapMark(run, action);
      return;
    case "ttl":
      skb.ttl = newTtl(skb.ttl, action);
      return;
    case "set-tos":
      skb.tos = ((skb.tos & action.keep) ^ action.flip) & 0xff;
      return;
    case "set-unknown":
      if (action.field === "mark") skb.markUnknown = action.what;
      return;
  }
}

/** SET --map-set --map-mark: `skbmark` of the element. */
function mapMark(run: Run, { set, directions }: Action & { kind: "set-map" }): void {
  const { skb } = run;
  const mapped = run.sets?.get(set)?.mapped(setKey(skb), directions, questionOf(run, false)) ?? null;
  if (mapped !== null) skb.mark = ((skb.mark & ~mapped.mask) ^ mapped.mark) >>> 0;
}

/** To the left, or to the right where negative. */
function shifted(value: number, shift: number): number {
  return shift >= 0 ? (value << shift) >>> 0 : value >>> -shift;
}

/** ttl_tg: never above 255 nor below 0. */
function newTtl(ttl: number, { op, value }: { readonly op: "set" | "inc" | "dec"; readonly value: number }): number {
  const wanted = op === "set" ? value : op === "inc" ? ttl + value : ttl - value;
  return Math.min(255, Math.max(0, wanted));
}

/** nf_queue: without a listener the packet is dropped, or with --queue-bypass accepted by this table (case targets/nfqueue-without-a-listener). */
function queue(run: Run, action: Action & { kind: "queue" }): ChainVerdict {
  const listener = ask(run, factQuestion(`a program listens on ${action.what}`, "no dump of queue listeners", false));
  if (listener) return { kind: "queue" };
  return action.bypass ? ACCEPT : dropped("queue", `no program listens on ${action.what}`);
}
