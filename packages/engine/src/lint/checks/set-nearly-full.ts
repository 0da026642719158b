import { matchOptions } from "../../ext/set/options.ts";
import type { NftSet, NftTable } from "../../model/nft.ts";
import type { IpSet } from "../../model/sets.ts";
import type { Check, Finding, Place, RelatedPlace } from "../finding.ts";
import { lineAt, setLine } from "../lines.ts";

const NAME = "set-nearly-full";
const NEARLY = 0.9;

/** Sets with little room, or none: what comes next is refused (ip_set_hash_gen.h mtype_add, nft_set_elem.c), often only with a line in a log. */
export const setNearlyFull: Check = {
  name: NAME,
  severities: ["error", "warning"],
  example: ["ipset-save.txt:1  create banned hash:ip family inet hashsize 1024 maxelem 10"],
  run: ({ snapshot: { sets, nft } }) => [
    ...(sets ?? []).flatMap(ofIpset),
    ...(nft ?? []).flatMap((table) => table.sets.flatMap((set) => ofNft(set, table))),
  ],
};

function ofIpset(set: IpSet): readonly Finding[] {
  if (!set.type.startsWith("hash:")) return [];
  return findingsOf(
    { name: set.name, count: set.elements.length, most: matchOptions(set).maxElements },
    lineAt(set.span, set.family),
    [setLine(set)],
  );
}

/** Both ends of an interval are elements to the kernel: of such sets the listing does not tell how full they are. */
function ofNft(set: NftSet, table: NftTable): readonly Finding[] {
  if (set.size === null || set.elements === null || set.flags.includes("interval")) return [];
  const where: Place = { ...lineAt(set.span), table: table.name };
  return findingsOf({ name: set.name, count: set.elements.length, most: set.size }, where, []);
}

interface Filled {
  readonly name: string;
  readonly count: number;
  readonly most: number;
}

function findingsOf({ name, count, most }: Filled, where: Place, related: readonly RelatedPlace[]): readonly Finding[] {
  if (count < most * NEARLY) return [];
  const isFull = count >= most;
  return [
    {
      check: NAME,
      severity: isFull ? "error" : "warning",
      message: isFull ? "set-full" : "set-nearly-full",
      params: { set: name, count, most },
      where,
      related,
      witness: null,
    },
  ];
}
