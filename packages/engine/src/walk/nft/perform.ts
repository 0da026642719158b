import type { Action, NatSpec, NatValues } from "../../program/action.ts";
import { PKT_TYPES } from "../../program/packet.ts";
import type { DataRange, Datum, SetVerdict } from "../../program/value-set.ts";
import type { Target, Value } from "../../program/value.ts";
import { bindNat } from "../nat/bind.ts";
import { ask, eventQuestion, placeOf } from "../run.ts";
import type { Run } from "../run.ts";
import { assignTransparentSocket } from "../tproxy.ts";
import type { ChainVerdict } from "../verdict.ts";
import { isUnknown } from "./evaluated.ts";
import type { Evaluated, Unknown } from "./evaluated.ts";
import { resolveChoice, resolveMap } from "./lookup.ts";
import { evaluateKey, evaluateValue } from "./value.ts";
import { writePayload, writeTcpOption } from "./write.ts";

export type NftAction = Extract<
  Action,
  { kind: "nat-values" | "verdict-map" | "assign" | "element" | "assign-socket" | "offload" }
>;

/** What became of a part: the rule goes on (null), ended without having matched ("break"), or ended the packet's way here. */
export type Performed = ChainVerdict | null | "break" | SetVerdict;

export function performNft(run: Run, action: NftAction): Performed {
  switch (action.kind) {
    case "verdict-map":
      return verdictOf(run, action);
    case "assign":
      return assign(run, action.target, action.value);
    case "nat-values":
      return bindValues(run, action.spec);
    case "element":
      return changeElement(run, action);
    case "assign-socket":
      return assignSocket(run, action);
    case "offload":
      return offload(run, action.what);
  }
}

function unknownVerdict(run: Run, { what }: Pick<Unknown, "what">): ChainVerdict {
  return { kind: "unknown", what: `${what} at ${placeOf(run)}` };
}

/** Without an element the rule ends. */
function verdictOf(run: Run, { key, set }: Action & { kind: "verdict-map" }): Performed {
  const found = resolveMap(run, evaluateKey(run, key), set);
  if (found === "break" || found === "none") return "break";
  return "kind" in found ? unknownVerdict(run, found) : found.verdict;
}

/** A value in the place where it is needed: what can be asked is asked. */
function resolved(run: Run, value: Value): Evaluated {
  const evaluated = evaluateValue(run, value);
  return isUnknown(evaluated) ? resolveChoice(run, evaluated) : evaluated;
}

function assign(run: Run, target: Target, value: Value): Performed {
  const { skb } = run;
  const written = resolved(run, value);
  if (written === null) return "break";
  if (isUnknown(written)) {
    if (target.kind === "unread") return null;
    if (target.kind !== "mark") return unknownVerdict(run, written);
    skb.markUnknown = `${written.what} at ${placeOf(run)}`;
    return null;
  }
  switch (target.kind) {
    case "mark":
      skb.mark = Number(written) >>> 0;
      skb.markUnknown = null;
      return null;
    case "ctmark":
      if (skb.ct !== null) skb.ct.flow.mark = Number(written) >>> 0;
      return null;
    case "pkttype":
      skb.pktType = PKT_TYPES[Number(written)] ?? skb.pktType;
      return null;
    case "ct-zone":
      // nft_ct_set_zone_eval: a packet that has been looked up keeps its zone.
      if (skb.ct === null) skb.zone = { id: Number(written) & 0xffff, direction: target.direction };
      return null;
    case "payload":
      return writePayload(skb, target, written);
    case "tcp-option":
      return writeTcpOption(skb, target, Number(written));
    case "unread":
      return null;
  }
}

interface NatEnds {
  readonly from: Datum;
  readonly to: Datum;
}

/** Both ends; null: the rule ends. */
function endsOf(run: Run, values: NatValues["addresses"]): NatEnds | null | Unknown {
  if (values === null) return null;
  const from = resolved(run, values.from);
  const to = from === null || isUnknown(from) ? from : sameValue(values) ? from : resolved(run, values.to);
  if (from === null || to === null) return null;
  if (isUnknown(from)) return from;
  return isUnknown(to) ? to : { from, to };
}

/** One value that is asked about once. */
function sameValue({ from, to }: NonNullable<NatValues["addresses"]>): boolean {
  return from === to;
}

function bindValues(run: Run, spec: NatValues): Performed {
  const addresses = endsOf(run, spec.addresses);
  const ports = endsOf(run, spec.ports);
  if ((spec.addresses !== null && addresses === null) || (spec.ports !== null && ports === null)) return "break";
  if (addresses !== null && "kind" in addresses) return unknownVerdict(run, addresses);
  if (ports !== null && "kind" in ports) return unknownVerdict(run, ports);
  const bound: NatSpec = {
    kind: spec.kind,
    addresses,
    ports: ports === null ? null : { from: Number(ports.from), to: Number(ports.to), base: null },
    random: spec.random,
    randomFully: spec.randomFully,
    persistent: spec.persistent,
  };
  return bindNat(run, bound);
}

/** nft_dynset_eval: an element that is there already keeps what it has; one for which there is no room ends the rule. */
function changeElement(run: Run, { op, set: id, key, data, gate }: Action & { kind: "element" }): Performed {
  const set = run.nftSets.get(id);
  const values = evaluateKey(run, key);
  const known = values.filter((value): value is Datum => value !== null && !isUnknown(value));
  if (values.includes(null)) return "break";
  // Where the key or the set is not known, what the set holds from now on is not either.
  if (known.length !== values.length || set === undefined) return null;
  const name = `${op} ${id} ${known.join(" ")};`;
  if (op === "delete") {
    run.nftSets = new Map(run.nftSets).set(id, set.without(known));
    run.setChanges += name;
    return null;
  }
  const found = set.find(known);
  if (found === null && set.full) return "break";
  if (found === null) {
    const ranges = known.map(only);
    const written = evaluateKey(run, data).filter((value): value is Datum => value !== null && !isUnknown(value));
    const element = { key: ranges, data: written.map(only), verdict: null, gate };
    run.nftSets = new Map(run.nftSets).set(id, set.with(element));
    run.setChanges += name;
  }
  const asks = found?.gate ?? gate;
  if (asks === null) return null;
  return ask(run, eventQuestion(run, `${asks.what} of the element`, "rate")) ? null : "break";
}

function only(value: Datum): DataRange {
  return { from: value, to: value };
}

function assignSocket(run: Run, { address, port }: Action & { kind: "assign-socket" }): Performed {
  const at = address === null ? null : resolved(run, address);
  const to = port === null ? 0 : resolved(run, port);
  if ((address !== null && at === null) || to === null) return "break";
  if (isUnknown(at)) return unknownVerdict(run, at);
  if (isUnknown(to)) return unknownVerdict(run, to);
  return assignTransparentSocket(run, at, Number(to)) ? null : "break";
}

/** nft_flow_offload_eval: only flows that are in the table already; which of them, and what follows, no dump tells. */
function offload(run: Run, what: string): Performed {
  const { ct } = run.skb;
  if (ct?.flow.confirmed !== true) return "break";
  return ask(run, eventQuestion(run, `${what} takes the flow`, "object")) ? null : "break";
}
