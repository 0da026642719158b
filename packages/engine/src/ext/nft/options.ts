import type { NftExpression } from "../../model/nft.ts";
import { familyTests } from "./context.ts";
import type { NftContext, Reading } from "./context.ts";
import type { Datatype } from "./datatypes.ts";
import { integer, knownType } from "./datatypes.ts";

/** A field inside an extension header or an option: its offset and width in bits. */
type Fields = ReadonlyMap<string, readonly [offset: number, bits: number, type?: string]>;

interface Part {
  readonly number: number;
  readonly fields: Fields;
}

const part = (number: number, ...fields: readonly (readonly [string, readonly [number, number, string?]])[]): Part => ({
  number,
  fields: new Map(fields),
});

const NEXT = ["nexthdr", [0, 8, "inet_proto"]] as const;
const LENGTH = ["hdrlength", [8, 8]] as const;

/** nftables, src/exthdr.c. */
const EXTENSIONS: ReadonlyMap<string, Part> = new Map([
  ["hbh", part(0, NEXT, LENGTH)],
  ["rt", part(43, NEXT, LENGTH, ["type", [16, 8]], ["seg-left", [24, 8]])],
  [
    "frag",
    part(
      44,
      NEXT,
      ["reserved", [8, 8]],
      ["frag-off", [16, 13]],
      ["reserved2", [29, 2]],
      ["more-fragments", [31, 1]],
      ["id", [32, 32]],
    ),
  ],
  ["dst", part(60, NEXT, LENGTH)],
  ["mh", part(135, NEXT, LENGTH, ["type", [16, 8, "mh_type"]], ["reserved", [24, 8]], ["checksum", [32, 16]])],
]);

const KIND = ["kind", [0, 8]] as const;
const OPTION_LENGTH = ["length", [8, 8]] as const;
const block = (at: number): readonly (readonly [string, readonly [number, number]])[] => {
  const name = at === 0 ? "" : String(at);
  const start = 16 + 64 * at;
  return [
    [`left${name}`, [start, 32]],
    [`right${name}`, [start + 32, 32]],
  ];
};

/** nftables, src/tcpopt.c. */
const TCP_OPTIONS: ReadonlyMap<string, Part> = new Map([
  ["eol", part(0, KIND)],
  ["nop", part(1, KIND)],
  ["maxseg", part(2, KIND, OPTION_LENGTH, ["size", [16, 16]])],
  ["window", part(3, KIND, OPTION_LENGTH, ["count", [16, 8]])],
  ["sack-perm", part(4, KIND, OPTION_LENGTH)],
  ["sack", part(5, KIND, OPTION_LENGTH, ...block(0), ...block(1), ...block(2), ...block(3))],
  ["timestamp", part(8, KIND, OPTION_LENGTH, ["tsval", [16, 32]], ["tsecr", [48, 32]])],
  ["md5sig", part(19, KIND, OPTION_LENGTH)],
  ["mptcp", part(30, KIND, OPTION_LENGTH, ["subtype", [16, 4]])],
  ["fastopen", part(34, KIND, OPTION_LENGTH)],
]);

const IP_OPTION: Fields = new Map([
  ["type", [0, 8]],
  ["length", [8, 8]],
  ["ptr", [16, 8]],
  ["addr", [24, 32, "ipv4_addr"]],
]);

/** nftables, src/ipopt.c. */
const IP_OPTIONS: ReadonlyMap<string, Part> = new Map([
  ["rr", { number: 7, fields: IP_OPTION }],
  ["lsrr", { number: 131, fields: IP_OPTION }],
  ["ssrr", { number: 137, fields: IP_OPTION }],
  ["ra", part(148, ["type", [0, 8]], ["length", [8, 8]], ["value", [16, 16]])],
]);

interface Place {
  readonly offset: number;
  readonly type: Datatype;
  readonly present: boolean;
}

/** Without a field the question is whether the part is there; null: nobody here knows the field. */
function placeOf(found: Part, field: string | null): Place | null {
  if (field === null) return { offset: 0, type: knownType("boolean"), present: true };
  const place = found.fields.get(field);
  if (place === undefined) return null;
  const [offset, bits, type] = place;
  return { offset, type: type === undefined ? integer(bits) : knownType(type), present: false };
}

/** `frag id`, `exthdr hbh exists` (net/netfilter/nft_exthdr.c nft_exthdr_ipv6_eval). */
export function readExtension(
  { header, field }: NftExpression & { kind: "exthdr" },
  context: NftContext,
): Reading | null {
  const found = EXTENSIONS.get(header);
  const place = found === undefined ? null : placeOf(found, field);
  if (found === undefined || place === null) return null;
  const { offset, type, present } = place;
  const value = { kind: "extension", bits: type.bits, type: found.number, offset, present } as const;
  return { value, type, needs: familyTests(context, "ip6") };
}

/** `tcp option maxseg size` (nft_exthdr_tcp_eval); a raw one names its number and its bits. */
export function readTcpOption({ option, field, raw }: NftExpression & { kind: "tcp-option" }): Reading | null {
  const found = TCP_OPTIONS.get(option) ?? (/^\d{1,3}$/.test(option) ? part(Number(option)) : undefined);
  if (found === undefined) return null;
  const place =
    raw === null ? placeOf(found, field) : { offset: raw.offset, type: integer(raw.length), present: false };
  if (place === null) return null;
  const { offset, type, present } = place;
  return { value: { kind: "tcp-option", bits: type.bits, option: found.number, offset, present }, type, needs: [] };
}

/** `ip option ra exists` (nft_exthdr_ipv4_eval). */
export function readIpOption(
  { option, field }: NftExpression & { kind: "ip-option" },
  context: NftContext,
): Reading | null {
  const found = IP_OPTIONS.get(option);
  const place = found === undefined ? null : placeOf(found, field);
  if (found === undefined || place === null) return null;
  const { offset, type, present } = place;
  const value = { kind: "ip-option", bits: type.bits, option: found.number, offset, present } as const;
  return { value, type, needs: familyTests(context, "ip") };
}
