import type { NftExpression, NftStatement } from "../../model/nft.ts";
import type { Action, NatValues } from "../../program/action.ts";
import type { Test } from "../../program/test.ts";
import type { Value } from "../../program/value.ts";
import { familyTests } from "./context.ts";
import type { NftContext, Reading } from "./context.ts";
import { addressType } from "./ct.ts";
import { datum, knownType } from "./datatypes.ts";
import type { Datatype } from "./datatypes.ts";
import { readRanges } from "./constant.ts";
import { readExpression, readMap, typesOf } from "./expression.ts";
import { dataTypesOf } from "./set.ts";

type Nat = NftStatement & { kind: "nat" };

/** Both ends of what an address or a port may become, and what nft tests before it computes them. */
interface Ends {
  readonly from: Value;
  readonly to: Value;
  readonly needs: readonly Test[];
}

/** NAT of nft (net/netfilter/nft_nat.c, nft_masq.c, nft_redir.c); null: nobody here knows what it maps to. */
export function compileNat(
  nat: Nat,
  context: NftContext,
): { readonly needs: readonly Test[]; readonly action: Action } | null {
  // Of an inet table: nft asks for the family first.
  const isOther = nat.family !== null && nat.family !== context.family;
  if (isOther) return { needs: familyTests(context, nat.family), action: { kind: "continue" } };
  const address = nat.address === null ? null : readEnds(nat.address, addressType(context.family), context);
  const port = portOf(nat, context);
  if ((nat.address !== null && address === null) || port === "unknown") return null;
  const { flags } = nat;
  const isPrefix = flags.includes("netmap") || flags.includes("prefix");
  const spec: NatValues = {
    kind: isPrefix ? "netmap" : nat.type,
    addresses: address,
    ports: port,
    random: flags.includes("random"),
    randomFully: flags.includes("fully-random"),
    persistent: flags.includes("persistent"),
  };
  return { needs: [...(address?.needs ?? []), ...(port?.needs ?? [])], action: { kind: "nat-values", spec } };
}

const PORT = knownType("inet_service");

/** `addr . port` comes from the same map. */
function portOf({ address, port, withPort }: Nat, context: NftContext): Ends | null | "unknown" {
  if (port !== null) return readEnds(port, PORT, context) ?? "unknown";
  if (address?.kind !== "map" || !(withPort || givesPorts(address, context))) return null;
  return mapEnds(address, context, 1) ?? "unknown";
}

function givesPorts({ map }: NftExpression & { kind: "map" }, context: NftContext): boolean {
  if (map.kind !== "set-ref") return false;
  const data = dataTypesOf(map.name, context, typesOf);
  return (data?.length ?? 0) > 1;
}

function readEnds(expression: NftExpression, type: Datatype, context: NftContext): Ends | null {
  if (expression.kind === "map") return mapEnds(expression, context, 0, type);
  if (expression.kind === "range") return rangeEnds(expression, type, context);
  const [range] = readRanges(expression, type) ?? [];
  if (range !== undefined) return { from: constant(range.from, type), to: constant(range.to, type), needs: [] };
  const read = readExpression(expression, context, type);
  return read === null ? null : { from: read.value, to: read.value, needs: read.needs };
}

function rangeEnds({ from, to }: NftExpression & { kind: "range" }, type: Datatype, context: NftContext): Ends | null {
  const [first, last]: readonly (Reading | null)[] = [
    readExpression(from, context, type),
    readExpression(to, context, type),
  ];
  if (first === undefined || last === undefined || first === null || last === null) return null;
  return { from: first.value, to: last.value, needs: [...first.needs, ...last.needs] };
}

function mapEnds(
  expression: NftExpression & { kind: "map" },
  context: NftContext,
  part: number,
  type: Datatype = addressType(context.family),
): Ends | null {
  const expected = [type, PORT];
  const from = readMap(expression, context, expected, { part, end: false });
  const to = readMap(expression, context, expected, { part, end: true });
  return from === null || to === null ? null : { from: from.value, to: to.value, needs: from.needs };
}

function constant(data: number | bigint, { bits }: Datatype): Value {
  return { kind: "constant", bits, data: datum(data, bits) };
}
