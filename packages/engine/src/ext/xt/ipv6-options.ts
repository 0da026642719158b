import type { Test } from "../../program/test.ts";
import { PROTO } from "../../program/protocol.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { parseUnsigned } from "./codecs.ts";
import { integer } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, extensionField } from "./lower.ts";

const MAX_OPTIONS = 16; // IP6T_OPTS_OPTSNR
const ANY_LENGTH = 0xff;
const PAD1 = 0;

/** One option of a hop-by-hop or destination options header. */
interface HeaderOption {
  readonly type: number;
  /** Bytes of its value; null: any. */
  readonly length: number | null;
}

/** `TYPE[:LENGTH],…`: the options in the order in which they must stand, from the first on. */
const optionList: Codec<readonly HeaderOption[]> = {
  words: 1,
  parse(text) {
    const list: HeaderOption[] = [];
    for (const part of text.split(",", MAX_OPTIONS + 1)) {
      const colon = part.indexOf(":");
      const type = parseUnsigned(colon < 0 ? part : part.slice(0, colon));
      const length = colon < 0 ? ANY_LENGTH : parseUnsigned(part.slice(colon + 1));
      if (type === undefined || length === undefined) return undefined;
      list.push({ type: type & 0xff, length: (length & 0xff) === ANY_LENGTH ? null : length & 0xff });
    }
    return list.length <= MAX_OPTIONS ? list : undefined;
  },
  print: (list) => list.map(printOption).join(","),
};

function printOption({ type, length }: HeaderOption): string {
  return length === null ? String(type) : `${String(type)}:${String(length)}`;
}

const length = option(integer(0xffff_ffff), { negatable: true });
const opts = option(optionList);
const source = "net/ipv6/netfilter/ip6t_hbh.c hbh_mt6, which both matches share";

export const hbh: MatchExtension = defineMatch({
  name: "hbh",
  families: ["ip6"],
  options: { "hbh-len": length, "hbh-opts": opts },
  source,
  compile: (args) => headerTest(PROTO.hopByHop, args["hbh-len"], args["hbh-opts"], "-m hbh --hbh-opts"),
});

export const dst: MatchExtension = defineMatch({
  name: "dst",
  families: ["ip6"],
  options: { "dst-len": length, "dst-opts": opts },
  source,
  compile: (args) => headerTest(PROTO.destinationOptions, args["dst-len"], args["dst-opts"], "-m dst --dst-opts"),
});

function headerTest(
  type: number,
  len: { readonly negated: boolean; readonly value: number } | undefined,
  list: { readonly value: readonly HeaderOption[] } | undefined,
  what: string,
): Test {
  return all(
    { kind: "extension-header", type, negated: false },
    len && lengthTest(type, len),
    ...(list === undefined ? [] : optionTests(type, list.value, `${what} ${optionList.print(list.value)}`)),
  );
}

/** The header's length byte counts units of 8 bytes after the first 8 (ipv6_optlen). */
export function lengthTest(type: number, arg: { readonly negated: boolean; readonly value: number }): Test {
  return extensionField({ type, offset: 1, bytes: 1 }, { negated: arg.negated, value: arg.value / 8 - 1 });
}

/** Where an option stands is known as long as those before it have a given length; past that the answer is unknown. */
function optionTests(type: number, list: readonly HeaderOption[], what: string): readonly Test[] {
  const tests: Test[] = [];
  let offset = 2;
  for (const [index, { type: optionType, length }] of list.entries()) {
    tests.push(extensionField({ type, offset, bytes: 1 }, { negated: false, value: optionType }));
    if (optionType === PAD1) offset++;
    else if (length === null) {
      return index === list.length - 1 ? tests : [...tests, { kind: "unknown", what, why: "extension" }];
    } else {
      tests.push(extensionField({ type, offset: offset + 1, bytes: 1 }, { negated: false, value: length }));
      offset += 2 + length;
    }
  }
  return tests;
}
