import { printHex } from "../base/hex.ts";
import { parsePacketOptions } from "../parse/packet/packet.ts";
import type { Injection } from "../parse/packet/packet.ts";
import { FALSE } from "../prove/bdd/bdd.ts";
import type { Ref } from "../prove/bdd/bdd.ts";
import type { Assumed } from "../prove/describe/description.ts";
import { everyPacket } from "../prove/domain.ts";
import { productAround, sameField } from "../prove/pick/alike.ts";
import { pickPacket } from "../prove/pick/pick.ts";
import type { PacketOptions, Picked } from "../prove/pick/picked.ts";
import type { Space } from "../prove/space.ts";
import type { Program } from "../program/program.ts";
import type { Start } from "../walk/path.ts";
import type { Condition, Outcome, Trace } from "../walk/trace.ts";
import { walkPacket } from "../walk/walk.ts";
import { pickPlaceOf } from "./place.ts";
import type { Place } from "./place.ts";

/** A packet that shows a claim, and the walk that says so. */
export interface Witness extends Injection {
  /** As `hookwalk trace` takes them, and as a line of a packet file: where it starts and what is known of its flow included. */
  readonly options: PacketOptions;
  readonly trace: Trace;
  /** The outcome that shows the claim. */
  readonly outcome: Outcome;
  /** What has to be so for that, and no snapshot tells; empty where every outcome shows it. */
  readonly conditions: readonly Condition[];
}

/** Does this outcome show what is claimed? `on` walks the same packet through another program. */
export type Confirms = (outcome: Outcome, on: (program: Program) => Trace) => boolean;

/** Packets that are tried, each unlike those before it. */
const MOST_TRIED = 16;

/**
 * A packet of a set for which the walk confirms what is claimed of all of them. Null: none of those that were tried, and there is no
 * witness, whatever was proved: whoever claims it has to say so. Makes nodes, and forgets them: `confirms` must not keep any.
 */
export function witnessOf(space: Space, set: Ref, place: Place, confirms: Confirms): Witness | null {
  const before = space.bdd.mark();
  try {
    for (const picked of candidates(space, set, place)) {
      const witness = walked(space.program, picked, place.start, confirms);
      if (witness !== null) return witness;
    }
    return null;
  } finally {
    space.bdd.release(before);
  }
}

/** Packets of the set, each unlike those before it. */
function* candidates(space: Space, set: Ref, place: Place): Generator<Picked> {
  const where = pickPlaceOf(place);
  let rest = space.bdd.and(set, everyPacket(space));
  for (let tried = 0; tried < MOST_TRIED; tried++) {
    const picked = pickPacket(space, rest, where);
    if (picked === null) return;
    yield picked;
    rest = unlike(space, rest, picked, tried);
  }
}

/** What differs from a packet: in turn goes to somebody else, comes in elsewhere, is another case of the set. */
function unlike(space: Space, set: Ref, { values }: Picked, turn: number): Ref {
  const { bdd } = space;
  const ways = [
    () => sameField(space, "dst", values),
    () => sameField(space, "iif", values),
    () => productAround(space, set, values),
  ];
  for (let way = 0; way < ways.length; way++) {
    const alike = ways[(turn + way) % ways.length]?.() ?? FALSE;
    const rest = bdd.minus(set, alike);
    if (rest !== FALSE && rest !== set) return rest;
  }
  return FALSE;
}

function walked(program: Program, picked: Picked, start: Start, confirms: Confirms): Witness | null {
  const { value } = parsePacketOptions(picked.options, (device) => program.links.get(device)?.mac ?? null);
  if (value === null) return null;
  const { flow } = picked;
  const isKnown = flow.state !== null || flow.mark !== null || flow.socket !== null;
  const on = (other: Program): Trace =>
    walkPacket(other, value.packet, value.arrival, { at: start, ...(isKnown ? { flow } : {}) });
  const trace = on(program);
  const showing = trace.outcomes.filter((outcome) => confirms(outcome, on));
  const isSure = showing.length === trace.outcomes.length;
  const outcome = showing.find(({ conditions }) => isSure || agree(conditions, picked.conditions));
  if (outcome === undefined) return null;
  const options = { ...startOptions(start), ...picked.options, ...flowOptions(picked) };
  return { ...value, options, trace, outcome, conditions: isSure ? [] : outcome.conditions };
}

/** Does an outcome take nothing to be so that is otherwise where the packet is in the set? */
function agree(conditions: readonly Condition[], picked: readonly Assumed[]): boolean {
  return conditions.every(({ what, assumed }) =>
    picked.every((other) => other.what !== what || other.assumed === assumed),
  );
}

/** Where a packet enters by itself nothing is said. */
function startOptions(start: Start): PacketOptions {
  return start === "receive" || start === "send" ? {} : { at: start };
}

function flowOptions({ flow: { state, mark, socket } }: Picked): PacketOptions {
  return {
    ...(state === null ? {} : { ctstate: state }),
    ...(mark === null ? {} : { ctmark: printHex(mark) }),
    ...(socket === null ? {} : { socket }),
  };
}
