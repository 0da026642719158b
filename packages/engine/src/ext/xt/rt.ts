import { PROTO } from "../../program/protocol.ts";
import type { Test } from "../../program/test.ts";
import { option } from "./codec.ts";
import { ALL_WIDE, wideRange } from "./codecs.ts";
import { addressList } from "./codecs-match.ts";
import { flag, integer } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { lengthTest } from "./ipv6-options.ts";
import { all, extensionField, unanswerable } from "./lower.ts";

const type = PROTO.routing;
const FIRST_ADDRESS = 8;

const loose = option(flag);
const addresses = option(addressList);

/** The addresses of a type 0 header are exactly these. */
function addressTests(list: readonly bigint[]): readonly Test[] {
  const words = list.flatMap((address) =>
    [96n, 64n, 32n, 0n].map((shift) => Number((address >> shift) & 0xffff_ffffn)),
  );
  const tests = words.map((value, index) =>
    extensionField({ type, offset: FIRST_ADDRESS + 4 * index, bytes: 4 }, { negated: false, value }),
  );
  return [lengthOf(list.length), ...tests];
}

/** The length byte of so many addresses counts units of 8 bytes; an odd rest does not make another address. */
function lengthOf(count: number): Test {
  return extensionField(
    { type, offset: 1, bytes: 1 },
    { negated: false, value: { from: 2 * count, to: 2 * count + 1 } },
  );
}

export const rt: MatchExtension = defineMatch({
  name: "rt",
  families: ["ip6"],
  options: {
    "rt-type": option(integer(0xffff_ffff), { negatable: true }),
    "rt-segsleft": option(wideRange, { negatable: true, unprinted: ALL_WIDE }),
    "rt-len": option(integer(0xffff_ffff), { negatable: true }),
    "rt-0-res": option(flag),
    "rt-0-addrs": addresses,
    "rt-0-not-strict": loose,
  },
  source: "net/ipv6/netfilter/ip6t_rt.c rt_mt6",
  check(args) {
    const needsTypeZero = args["rt-0-res"] ?? args["rt-0-addrs"] ?? args["rt-0-not-strict"];
    const isTypeZero = args["rt-type"]?.value === 0 && !args["rt-type"].negated;
    return needsTypeZero && !isTypeZero ? "--rt-type 0 must be given" : null;
  },
  compile(args) {
    const { "rt-0-addrs": list, "rt-0-not-strict": notStrict } = args;
    const kind = args["rt-type"];
    return all(
      { kind: "extension-header", type, negated: false },
      args["rt-segsleft"] && extensionField({ type, offset: 3, bytes: 1 }, args["rt-segsleft"]),
      args["rt-len"] && lengthTest(type, args["rt-len"]),
      kind && extensionField({ type, offset: 2, bytes: 1 }, kind),
      args["rt-0-res"] && extensionField({ type, offset: 4, bytes: 4 }, { negated: false, value: 0 }),
      ...(list && !notStrict ? addressTests(list.value) : []),
      list && notStrict
        ? unanswerable("rt", { "rt-0-addrs": addresses, "rt-0-not-strict": loose }, args, "extension")
        : undefined,
    );
  },
});
