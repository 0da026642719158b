import type { NftExpression, NftStatement } from "../../model/nft.ts";
import { expectPunct, expectWord, isPunct, isStatementEnd, takeIf, takePunctIf, takeWord } from "./reader.ts";
import type { Reader } from "./reader.ts";

type NatType = "snat" | "dnat" | "masquerade" | "redirect";

/** What follows `snat`, `dnat`, `masquerade` or `redirect`. */
export function readNat(reader: Reader, type: NatType): NftStatement {
  const family = takeFamily(reader);
  const flags: string[] = [];
  if (takeIf(reader, "prefix")) flags.push("netmap");
  takeIf(reader, "interval");
  const named = takeIf(reader, "addr");
  if (named) {
    expectPunct(reader, ".");
    expectWord(reader, "port");
  }
  const { address, port } = takeTarget(reader, type);
  takeFlags(reader, flags);
  return { kind: "nat", type, family, address, port, flags, withPort: named || hasPorts(address) };
}

export function takeFamily(reader: Reader): "ip" | "ip6" | null {
  if (takeIf(reader, "ip")) return "ip";
  return takeIf(reader, "ip6") ? "ip6" : null;
}

/** `to ADDRESS`, `to ADDRESS:PORT`, `to :PORT`; redirect takes a port alone without its colon, too. */
function takeTarget(reader: Reader, type: NatType): { address: NftExpression | null; port: NftExpression | null } {
  if (!takeIf(reader, "to")) return { address: null, port: null };
  if (type !== "redirect" || isPunct(reader, ":")) return takeAddressPort(reader);
  return { address: null, port: reader.value(reader) };
}

/** `ADDRESS`, `ADDRESS:PORT`, `:PORT`. */
export function takeAddressPort(reader: Reader): { address: NftExpression | null; port: NftExpression | null } {
  const address = isPunct(reader, ":") || isStatementEnd(reader) ? null : reader.value(reader);
  return { address, port: takePunctIf(reader, ":") ? reader.value(reader) : null };
}

/** Other spellings: the translations of libxtables say `random-fully`. */
const FLAGS: ReadonlyMap<string, string> = new Map([
  ["random", "random"],
  ["fully-random", "fully-random"],
  ["random-fully", "fully-random"],
  ["persistent", "persistent"],
]);

function takeFlags(reader: Reader, flags: string[]): void {
  for (;;) {
    const { kind, word } = reader.scanner;
    const flag = kind === "word" ? FLAGS.get(word) : undefined;
    if (flag === undefined) return;
    flags.push(flag);
    takeWord(reader);
    takePunctIf(reader, ",");
  }
}

/** `map { … : ADDRESS . PORT }`: the value is both, though nothing says so. */
function hasPorts(address: NftExpression | null): boolean {
  if (address?.kind !== "map" || address.map.kind !== "set") return false;
  return address.map.elements[0]?.data?.kind === "concat";
}
