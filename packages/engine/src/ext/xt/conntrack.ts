import { normaliseRanges } from "../../base/ranges.ts";
import type { Range } from "../../base/ranges.ts";
import type { ConntrackSpec, CtAddress, CtPorts, CtState, CtStatus } from "../../program/test.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { anyPortRange, wideRange } from "./codecs.ts";
import type { HostMask } from "./codecs-match.ts";
import { hostMask, listOf, networkOf } from "./codecs-match.ts";
import { wordOf } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { protocolNumber } from "./protocol-number.ts";

/** The states that `-m state` has, too. */
const STATES = ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED"] as const;

export const stateList: Codec<readonly CtState[]> = listOf<CtState>(STATES, { abbreviated: true });

const ctStates = listOf<CtState>([...STATES, "SNAT", "DNAT"], { abbreviated: true });
const ctStatuses = listOf<CtStatus>(["NONE", "EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED"], { abbreviated: true });

/** No bit stands for NONE: beside others it says nothing, alone it matches nothing. */
const ctStatus: Codec<readonly CtStatus[]> = {
  ...ctStatuses,
  parse(text) {
    const list = ctStatuses.parse(text, "");
    const bits = list?.filter((status) => status !== "NONE");
    return bits?.length === 0 ? list : bits;
  },
};

const address = option(hostMask, { negatable: true });
const port = option(anyPortRange, { negatable: true });

interface Part<T> {
  readonly negated: boolean;
  readonly value: T;
}

function addressPart(part: Part<HostMask> | undefined): CtAddress | null {
  return part === undefined ? null : { net: networkOf(part.value), negated: part.negated };
}

function rangePart(part: Part<Range> | undefined): CtPorts | null {
  return part === undefined ? null : { ranges: normaliseRanges([part.value]), negated: part.negated };
}

/** A specification that asks for nothing. */
export const ANY_CONNECTION: ConntrackSpec = {
  states: null,
  status: null,
  proto: null,
  origSrc: null,
  origDst: null,
  replSrc: null,
  replDst: null,
  origSrcPort: null,
  origDstPort: null,
  replSrcPort: null,
  replDstPort: null,
  expire: null,
  direction: null,
};

export const conntrack: MatchExtension = defineMatch({
  name: "conntrack",
  options: {
    ctstate: option(ctStates, { negatable: true }),
    ctproto: option(protocolNumber, { negatable: true }),
    ctorigsrc: address,
    ctorigdst: address,
    ctreplsrc: address,
    ctrepldst: address,
    ctorigsrcport: port,
    ctorigdstport: port,
    ctreplsrcport: port,
    ctrepldstport: port,
    ctstatus: option(ctStatus, { negatable: true }),
    ctexpire: option(wideRange, { negatable: true }),
    ctdir: option(wordOf(["ORIGINAL", "REPLY"])),
  },
  source: "net/netfilter/xt_conntrack.c conntrack_mt, conntrack_mt_check",
  needsConntrack: true,
  check: (args) => (Object.keys(args).length > 0 ? null : "at least one option must be given"),
  compile(args) {
    const { ctstate, ctstatus, ctproto } = args;
    const status = ctstatus?.value.filter((one) => one !== "NONE");
    return {
      kind: "conntrack",
      spec: {
        states: ctstate ? { states: ctstate.value, negated: ctstate.negated } : null,
        status: ctstatus && status ? { status, negated: ctstatus.negated } : null,
        proto: ctproto ? { proto: ctproto.value, negated: ctproto.negated } : null,
        origSrc: addressPart(args.ctorigsrc),
        origDst: addressPart(args.ctorigdst),
        replSrc: addressPart(args.ctreplsrc),
        replDst: addressPart(args.ctrepldst),
        origSrcPort: rangePart(args.ctorigsrcport),
        origDstPort: rangePart(args.ctorigdstport),
        replSrcPort: rangePart(args.ctreplsrcport),
        replDstPort: rangePart(args.ctrepldstport),
        expire: rangePart(args.ctexpire),
        direction: args.ctdir?.value ?? null,
      },
    };
  },
});
