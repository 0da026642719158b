/** What is said of a set of packets is that set, and what is picked from it is in it, whatever the rules were that made it. */
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  compileProgram,
  parseAddress,
  parseAddressMask,
  parseIptablesSave,
  parsePacketOptions,
  parseProtocol,
} from "@hookwalk/engine";
import type { Address } from "@hookwalk/engine";
import { FALSE, TRUE } from "../../packages/engine/src/prove/bdd/bdd.ts";
import type { Ref } from "../../packages/engine/src/prove/bdd/bdd.ts";
import { between } from "../../packages/engine/src/prove/bdd/numbers.ts";
import { baseChains } from "../../packages/engine/src/prove/call-graph.ts";
import { ChainFlows } from "../../packages/engine/src/prove/chain.ts";
import { describeSet } from "../../packages/engine/src/prove/describe/describe.ts";
import type { Product, Term, Value } from "../../packages/engine/src/prove/describe/description.ts";
import { everyPacket } from "../../packages/engine/src/prove/domain.ts";
import { CT_STATE, FRAGMENT } from "../../packages/engine/src/prove/fields.ts";
import type { DeviceField, Space } from "../../packages/engine/src/prove/space.ts";
import { pickPacket } from "../../packages/engine/src/prove/pick/pick.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import { icmpNames } from "../../packages/engine/src/parse/packet/names.ts";
import { newSkb } from "../../packages/engine/src/walk/skb.ts";
import { fuzzNode } from "../kernel/fuzz/fuzz-node.ts";
import { ruleset, rulesetText } from "../kernel/fuzz/random-ruleset.ts";
import { packetValues } from "./packet-values.ts";

const NODE = fuzzNode({});
const RUNS = Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 6);

const NAMES: Readonly<Record<string, readonly string[]>> = {
  ctState: Object.keys(CT_STATE),
  fragment: Object.keys(FRAGMENT),
  ctDirection: ["original", "reply"],
  pktType: ["host", "broadcast", "multicast", "otherhost"],
  hasSocket: ["no", "yes"],
};

function numberOf(space: Space, field: Term["field"], name: string): number {
  if (field === "proto" || field === "origProto") return parseProtocol(name) ?? -1;
  if (field === "icmpType") return icmpNames(space.layout.family === "ip" ? 1 : 58).get(name)?.[0] ?? -1;
  return NAMES[field]?.indexOf(name) ?? -1;
}

const DEVICES: readonly string[] = ["iif", "oif", "physin", "physout"];

/** The set that one value of a field stands for, written once more from what the value says. */
function valueSet(space: Space, field: Term["field"], value: Value): Ref {
  const bits = space.layout.bits[field];
  if ("begins" in value) {
    const isIn = ({ name, isOther }: { readonly name: string; readonly isOther: boolean }): boolean =>
      value.isOther ? isOther && name === value.begins : (name !== "" || isOther) && name.startsWith(value.begins);
    return space.devicesWhere(field as DeviceField, isIn);
  }
  if ("name" in value)
    return DEVICES.includes(field)
      ? space.devicesWhere(field as DeviceField, ({ name, isOther }) => !isOther && name === value.name)
      : space.is(field, numberOf(space, field, value.name));
  if ("net" in value) {
    const net = parseAddressMask(value.net);
    if (net === null) throw new Error(value.net);
    return space.masked(field, net.mask, net.value);
  }
  if ("mask" in value) return space.masked(field, value.mask, value.value);
  return between(space.bdd, bits, endOf(value.from), endOf(value.to));
}

function endOf(end: number | string): Address {
  if (typeof end === "number") return end;
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(end)
    ? Number.parseInt(end.replaceAll(":", ""), 16)
    : (parseAddress(end) ?? -1);
}

function productSet(space: Space, { terms, conditions }: Product, unknowns: ReadonlyMap<string, Ref>): Ref {
  const { bdd } = space;
  const parts = terms.map(({ field, not, values }) => {
    const own = bdd.union(values.map((value) => valueSet(space, field, value)));
    return not ? bdd.not(own) : own;
  });
  const assumed = conditions.map(({ what, assumed: holds }) => {
    const variable = unknowns.get(what);
    if (variable === undefined) throw new Error(`no variable for ${what}`);
    return holds ? variable : bdd.not(variable);
  });
  return bdd.intersection([...parts, ...assumed]);
}

/** Names of unknowns may stand for several variables: sets that depend on two of one name are not compared. */
function unknownsOf(space: Space, set: Ref): ReadonlyMap<string, Ref> | null {
  const found = new Map<string, Ref>();
  for (const level of space.bdd.support(set)) {
    const unknown = space.unknownAt(level);
    if (unknown === null) continue;
    if (found.has(unknown.what)) return null;
    found.set(unknown.what, space.bdd.variable(level));
  }
  return found;
}

/** Fields that the options of a packet say, as long as it has them. */
const SAID = ["src", "dst", "proto", "ttl", "tos", "mark", "pktType", "length"] as const;
const OF_PROTOCOL: Readonly<Record<number, readonly Term["field"][]>> = {
  6: ["sport", "dport", "tcpFlags"],
  17: ["sport", "dport"],
  1: ["icmpType", "icmpCode"],
  58: ["icmpType", "icmpCode"],
};

/** A packet is picked where there is one; it is in the set, and its options make that packet. */
function checkPick(space: Space, set: Ref): void {
  const { bdd } = space;
  const picked = pickPacket(space, set, { from: "anywhere", isForNode: null, isUntold: false });
  expect(picked === null).toBe(bdd.disjoint(set, everyPacket(space)));
  if (picked === null) return;
  const { values } = picked;
  expect(bdd.holds(bdd.and(set, everyPacket(space)), (level) => values.get(level) === true)).toBe(true);
  const { value, problems } = parsePacketOptions(picked.options);
  // A length that no packet of the protocol has is in the set, but nobody can send it.
  if (value === null) expect(problems.map(({ option }) => option)).toEqual(["length"]);
  if (value?.packet.fragment !== null) return;
  const made = packetValues(space, newSkb(value.packet, value.arrival));
  for (const field of [...SAID, ...(OF_PROTOCOL[value.packet.proto] ?? [])])
    for (const level of space.layout.bits[field])
      if (level !== null && values.has(level)) expect(made.get(level), field).toBe(values.get(level));
}

for (const family of ["ip", "ip6"] as const) {
  it(`describes exactly the set, and picks from it: ${family}`, () => {
    let compared = 0;
    let cut = 0;
    fc.assert(
      fc.property(ruleset(family), fc.nat({ max: 30 }), fc.nat({ max: 30 }), (tables, one, other) => {
        const { value } = parseIptablesSave(rulesetText(tables, family, "legacy"), "iptables-save.txt", { family });
        const program = compileProgram({ ...NODE, tables: { ...NODE.tables, [family]: value } });
        const space = spaceOf(program, family);
        const { bdd } = space;
        const every = everyPacket(space);
        for (const { base } of baseChains(program.families[family])) {
          const chain = new ChainFlows(space, base.table).of(base.chain.name);
          if (chain === null) continue;
          const rules = chain.rules.map(({ asked }) => asked().yes);
          const [a, b] = [rules[one % rules.length] ?? TRUE, rules[other % rules.length] ?? FALSE];
          for (const [index, set] of [
            a,
            bdd.or(a, b),
            bdd.minus(a, b),
            chain.exit("drop").when,
            chain.exit("accept").when,
          ].entries()) {
            const most = index < 3 ? 3 : 1;
            const unknowns = unknownsOf(space, bdd.and(set, every));
            if (unknowns === null) continue;
            checkPick(space, set);
            const { products, rest } = describeSet(space, set, { most });
            expect(products.length).toBeLessThanOrEqual(most);
            const listed = bdd.union(products.map((product) => productSet(space, product, unknowns)));
            const wanted = bdd.and(set, every);
            compared++;
            expect(bdd.within(bdd.and(listed, every), wanted), JSON.stringify(products)).toBe(true);
            if (rest === null) expect(bdd.within(wanted, listed), JSON.stringify(products)).toBe(true);
            else {
              cut++;
              const left = bdd.minus(wanted, listed);
              expect(left === FALSE).toBe(false);
              expect(bdd.within(left, productSet(space, rest, unknowns)), JSON.stringify(rest)).toBe(true);
            }
          }
        }
      }),
      { numRuns: RUNS },
    );
    expect(compared).toBeGreaterThan(RUNS * 5);
    expect(cut).toBeGreaterThan(0);
  });
}
