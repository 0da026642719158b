import type { Action } from "../program/action.ts";
import type { CompiledChain } from "../program/program.ts";
import type { FieldName } from "./layout.ts";
import { REWRITTEN } from "./nft/perform.ts";

const NOTHING: readonly FieldName[] = [];
const MARKS: readonly FieldName[] = ["mark", "ctmark"];

/** What an action may change of a packet that goes on to other rules of its table. NAT ends them. */
const CHANGED: Readonly<Record<Action["kind"], readonly FieldName[]>> = {
  continue: NOTHING,
  accept: NOTHING,
  drop: NOTHING,
  return: NOTHING,
  jump: NOTHING,
  goto: NOTHING,
  nat: NOTHING,
  reject: NOTHING,
  log: NOTHING,
  mangle: NOTHING,
  tcpmss: NOTHING,
  copy: NOTHING,
  queue: NOTHING,
  "strip-tcp-options": NOTHING,
  "ct-template": NOTHING,
  "set-update": NOTHING,
  "set-mark": ["mark"],
  "restore-mark": ["mark"],
  "set-map": ["mark"],
  tproxy: ["mark", "hasSocket", "givenSocket"],
  "set-ctmark": ["ctmark"],
  "save-mark": ["ctmark"],
  "set-unknown": MARKS,
  unknown: MARKS,
  notrack: ["ctState"],
  ttl: ["ttl"],
  "set-tos": ["tos"],
  "set-tcp-flags": ["tcpFlags"],
  sequence: ["mark", "ctmark", "ttl", "tos", "tcpFlags"],
  "nat-values": NOTHING,
  "verdict-map": NOTHING,
  element: NOTHING,
  offload: NOTHING,
  "assign-socket": ["hasSocket", "givenSocket"],
  assign: ["mark", "ctmark", "pktType", "socket", ...REWRITTEN],
};

/** The fields that rules of these chains may change while the packet is in them. */
export function changedFields(chains: readonly CompiledChain[]): ReadonlySet<FieldName> {
  let fields = known.get(chains);
  if (fields === undefined) {
    fields = changedIn(chains);
    known.set(chains, fields);
  }
  return fields;
}

/** By the list itself, which `chainsFrom` makes once for each base chain. */
const known = new WeakMap<readonly CompiledChain[], ReadonlySet<FieldName>>();

function changedIn(chains: readonly CompiledChain[]): ReadonlySet<FieldName> {
  const fields = new Set<FieldName>();
  for (const { rules } of chains)
    for (const { action, tests, then } of rules) {
      for (const field of CHANGED[action.kind]) fields.add(field);
      for (const part of then) for (const field of CHANGED[part.action.kind]) fields.add(field);
      if (tests.some((test) => test.kind === "socket" && test.restoreMark)) fields.add("mark");
    }
  return fields;
}
