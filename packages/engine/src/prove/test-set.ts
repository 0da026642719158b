import { assertNever } from "../base/assert.ts";
import { PROTO } from "../program/protocol.ts";
import type { Test } from "../program/test.ts";
import { addressTypeSet } from "./address-type.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Bdd, Ref, Valued } from "./bdd/bdd.ts";
import { maskedValues } from "./bdd/numbers.ts";
import { conntrackSet } from "./conntrack.ts";
import { FRAGMENT, SIDES, fieldIn, hasEntry, isLater, ofContent } from "./fields.ts";
import { findIn, passesGate } from "./nft/lookup.ts";
import { readValue } from "./nft/value.ts";
import { partOf, unknownHere } from "./place.ts";
import type { Asking } from "./place.ts";
import { reversePathSet } from "./routing/reverse-path.ts";
import { macSet, setMembers } from "./set.ts";
import { socketSet } from "./socket.ts";
import type { Space } from "./space.ts";

/** The packets for which tests say yes, and those that they drop at once (hotdrop). */
export interface Answer {
  readonly yes: Ref;
  readonly drop: Ref;
}

const NO: Answer = { yes: FALSE, drop: FALSE };

/** All tests of a rule: what lies behind a no is not looked at. `given`: values of bits that all packets have that are asked about. */
export function allSet(tests: readonly Test[], asking: Asking, given: Ref = TRUE): Answer {
  const { space } = asking;
  const { bdd } = space;
  const passed: Ref[] = [];
  const drops: Ref[] = [];
  // Most rules ask for addresses of their own, and of the rest what others ask as well: that is put together first, once for all of them.
  let addresses: readonly Valued[] | null = [];
  const all = (last: Ref): Ref =>
    addresses === null ? FALSE : bdd.andValues(bdd.intersection([...passed, last]), addresses);
  for (const test of tests) {
    if (test.kind === "address" && !test.negated) {
      addresses = bothValues(addresses, openValues(bdd, addressValues(space, test), given));
      continue;
    }
    const answer = testSet(test, asking);
    if (answer.drop !== FALSE) drops.push(all(bdd.simplify(answer.drop, given)));
    const yes = bdd.simplify(answer.yes, given);
    passed.push(yes);
    if (yes === FALSE) break;
  }
  return { yes: all(TRUE), drop: bdd.union(drops) };
}

/** The bits that an address must have; null: no address of the family has them. */
function addressValues({ layout }: Space, { field, net }: Test & { kind: "address" }): readonly Valued[] | null {
  const isOfFamily = (typeof net.mask === "number") === (layout.family === "ip");
  return isOfFamily ? maskedValues(layout.bits[field], net.mask, net.value) : null;
}

/** Those of the values that are not given anyway; null: another one is. */
function openValues(bdd: Bdd, values: readonly Valued[] | null, given: Ref): readonly Valued[] | null {
  if (values === null || given === TRUE) return values;
  const open: Valued[] = [];
  let rest = given;
  for (const one of values) {
    while (bdd.level(rest) < one.level) rest = bdd.low(rest) === FALSE ? bdd.high(rest) : bdd.low(rest);
    if (bdd.level(rest) !== one.level) open.push(one);
    else if ((bdd.low(rest) === FALSE) !== one.value) return null;
  }
  return open;
}

/** Ascending by level; null: one variable cannot have two values. */
function bothValues(a: readonly Valued[] | null, b: readonly Valued[] | null): readonly Valued[] | null {
  if (a === null || b === null || a.length === 0) return a === null ? null : b;
  const both = [...a, ...b].sort((one, other) => one.level - other.level);
  if (both.some(({ level, value }, index) => both[index + 1]?.level === level && both[index + 1]?.value !== value))
    return null;
  return both.filter(({ level }, index) => both[index - 1]?.level !== level);
}

function anySet(tests: readonly Test[], asking: Asking): Answer {
  const { bdd } = asking.space;
  let { yes, drop } = NO;
  for (const test of tests) {
    const answer = testSet(test, asking);
    const open = bdd.not(bdd.or(yes, drop));
    drop = bdd.or(drop, bdd.and(open, answer.drop));
    yes = bdd.or(yes, bdd.and(open, answer.yes));
  }
  return { yes, drop };
}

/** One test: a table of what each kind asks of the packet. */
function testSet(test: Test, asking: Asking): Answer {
  if (test.kind === "all") return allSet(test.tests, asking);
  if (test.kind === "any") return anySet(test.tests, asking);
  if (test.kind === "not") {
    const { bdd } = asking.space;
    const { yes, drop } = testSet(test.test, asking);
    return { yes: bdd.not(bdd.or(yes, drop)), drop };
  }
  if (test.kind === "l4-header") return headerSet(test, asking.space);
  return { yes: plainSet(test, asking), drop: FALSE };
}

type Plain = Exclude<Test, { kind: "all" | "any" | "not" | "l4-header" }>;

function plainSet(test: Plain, asking: Asking): Ref {
  const { space } = asking;
  const { bdd } = space;
  const negatedIf = (set: Ref, negated: boolean): Ref => (negated ? bdd.not(set) : set);
  const here = (what: string, why: string): Ref => unknownHere(asking, what, why);
  switch (test.kind) {
    case "const":
      return test.value ? TRUE : FALSE;
    case "number": {
      const { has, holds } = fieldIn(space, test.field, test.mask, test.ranges);
      return bdd.and(has, negatedIf(holds, test.negated));
    }
    case "masked": {
      const { has, holds } = fieldIn(space, test.field, test.mask, [{ from: test.value, to: test.value }]);
      return bdd.and(has, negatedIf(holds, test.negated));
    }
    case "address":
      return negatedIf(space.inNet(test.field, test.net), test.negated);
    case "address-range":
      return negatedIf(space.addressBetween(test.field, test.from, test.to), test.negated);
    case "interface":
      return negatedIf(space.device(SIDES[test.side], test.name, test.prefix), test.negated);
    case "has-interface":
      return negatedIf(bdd.not(space.noDevice(SIDES[test.side])), test.negated);
    case "fragment":
      return negatedIf(isLater(space), test.negated);
    case "connmark":
      return bdd.and(hasEntry(space), negatedIf(space.masked("ctmark", test.mask, test.value), test.negated));
    case "conntrack":
      return conntrackSet(space, test.spec, () => here("--ctexpire", "counter"));
    case "set":
      return setSet(test, asking);
    case "addrtype":
      return addressTypeSet(space, test, (what) => here(what, "no dump tells"));
    case "owner":
      return ownerSet(space, test);
    case "mac":
      return bdd.minus(negatedIf(macSet(space, test.mac), test.negated), space.noDevice("iif"));
    case "tcp-option": {
      const able = bdd.minus(space.is("proto", PROTO.tcp), isLater(space));
      const has = ofContent(space, `TCP option ${String(test.option)}`);
      return bdd.and(able, negatedIf(has, test.negated));
    }
    case "extension-header":
      return negatedIf(ofContent(space, `an extension header ${String(test.type)}`), test.negated);
    case "u32":
    case "string":
    case "sctp-chunks":
      return negatedIf(ofContent(space, `${test.kind} ${JSON.stringify({ ...test, negated: false })}`), test.negated);
    case "bpf":
    case "extension-field":
      return ofContent(space, `${test.kind} ${JSON.stringify(test)}`);
    case "socket":
      return socketSet(space, test);
    case "ipvs":
      return ipvsSet(space, test, () => here(test.what, "no ipvsadm-save dump"));
    case "rpfilter":
      return space.hasOpenSets ? here("-m rpfilter", "routes change without the rules") : reversePathSet(space, test);
    case "compare": {
      const read = readValue(asking, test.value);
      return bdd.and(read.has, negatedIf(bdd.union(test.ranges.map(read.inside)), test.negated));
    }
    case "lookup": {
      const lookup = partOf(asking, test);
      const { readable, elements, untold } = findIn(
        lookup,
        test.key.map((value) => readValue(lookup, value)),
        test.set,
      );
      const passing = elements.map(({ element, when }) => bdd.and(when, passesGate(lookup, element)));
      return bdd.and(readable, negatedIf(bdd.union([untold, ...passing]), test.negated));
    }
    case "chance":
      if (test.probability <= 0 || test.probability >= 1)
        return negatedIf(test.probability > 0 ? TRUE : FALSE, test.negated);
      return negatedIf(
        unknownHere(partOf(asking, test), `random choice (probability ${test.probability.toPrecision(4)})`, "random"),
        test.negated,
      );
    case "unknown":
      return here(test.what, test.why);
    default:
      return assertNever(test);
  }
}

function setSet(test: Test & { kind: "set" }, asking: Asking): Ref {
  const { space, changedSets } = asking;
  const { bdd } = space;
  const words = `set ${test.set} has ${test.directions.join(",")}${test.returnNomatch ? " --return-nomatch" : ""}`;
  if (changedSets.has(test.set)) return unknownHere(asking, words, "a rule may have changed it");
  const members = space.hasOpenSets ? null : setMembers(space, test);
  if (members !== null) return members;
  const why = space.program.sets === null ? "no ipset dump" : "the ipset dump does not decide it";
  const yes = space.unknown(words, { what: words, why });
  return test.negated ? bdd.not(yes) : yes;
}

/** ipvs_mt: has IPVS sent the packet on? Of which connection it is nobody can say, nor where nothing shows that it is in use. */
function ipvsSet(space: Space, { only }: Test & { kind: "ipvs" }, open: () => Ref): Ref {
  if (space.program.ipvs.kind === "unseen") return open();
  const isSent = space.is("ipvs", 1);
  if (only !== null) return only ? isSent : space.bdd.not(isSent);
  return space.bdd.and(isSent, open());
}

/** tcp_mt, udp_mt, icmp_match, of packets whose transport header is whole: a later fragment at 8 bytes drops. */
function headerSet(test: Test & { kind: "l4-header" }, space: Space): Answer {
  const { bdd } = space;
  const proto = test.proto.length === 0 ? TRUE : space.isAnyOf("proto", test.proto);
  const drops = test.hotdrop && test.bytes === undefined && space.hasFragments;
  const atOne = bdd.and(space.is("proto", PROTO.tcp), space.is("fragment", FRAGMENT.laterAtOne));
  const first = test.first === undefined ? TRUE : ofContent(space, `a header that begins with ${String(test.first)}`);
  return {
    yes: bdd.and(bdd.minus(proto, isLater(space)), first),
    drop: drops ? bdd.and(proto, atOne) : FALSE,
  };
}

/** owner_mt: only packets with a socket have an owner; without one every part that was asked for must be inverted. */
function ownerSet(space: Space, test: Test & { kind: "owner" }): Ref {
  const { bdd } = space;
  const without =
    (test.uid === null || test.uidNegated) &&
    (test.gid === null || test.gidNegated) &&
    (test.exists === null || test.exists.negated);
  let owned: Ref = test.exists?.negated === true ? FALSE : TRUE;
  for (const [field, ranges, negated] of [
    ["skUid", test.uid, test.uidNegated],
    ["skGid", test.gid, test.gidNegated],
  ] as const) {
    if (ranges === null) continue;
    const inside = space.in(field, ranges);
    owned = bdd.and(owned, negated ? bdd.not(inside) : inside);
  }
  return bdd.ite(space.is("hasSocket", 1), owned, without ? TRUE : FALSE);
}
