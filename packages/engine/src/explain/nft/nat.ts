import { list, phrase } from "../../messages/explain/phrase.ts";
import type { Part, Phrase, PlainPhraseId } from "../../messages/explain/phrase.ts";
import type { NftExpression, NftStatement } from "../../model/nft.ts";
import { printTarget } from "../../print/nft/statement.ts";
import type { Effect } from "./effect.ts";
import { fieldPhrase } from "./fields.ts";
import type { NftScope } from "./scope.ts";

type Nat = Extract<NftStatement, { readonly kind: "nat" }>;

const FLAGS: ReadonlyMap<string, PlainPhraseId> = new Map<string, PlainPhraseId>([
  ["random", "nat-random"],
  ["fully-random", "nat-random-ports"],
  ["persistent", "nat-persistent"],
]);

/** `dnat to ADDRESS:PORT`, `masquerade to :1024-65535 fully-random`. */
export function natEffect(statement: Nat, scope: NftScope): Effect {
  const flags = statement.flags.flatMap((flag): readonly Phrase[] => {
    const id = FLAGS.get(flag);
    return id === undefined ? [] : [{ id, negated: false, params: {} }];
  });
  const said = natPart(statement, scope);
  return { part: flags.length === 0 ? said : list("plain", [said, ...flags]), ends: true };
}

function natPart(statement: Nat, scope: NftScope): Part {
  const { type, flags, port } = statement;
  const value = targetPart(statement, scope);
  if (flags.includes("netmap")) return phrase("netmap", { value });
  switch (type) {
    case "snat":
      return phrase("snat", { value });
    case "dnat":
      return phrase("dnat", { value });
    case "masquerade":
      return withPorts(phrase("masquerade"), port, scope);
    case "redirect":
      return withPorts(isOutput(scope) ? phrase("redirect-local") : phrase("redirect"), port, scope);
  }
}

function withPorts(said: Phrase, port: NftExpression | null, scope: NftScope): Part {
  return port === null ? said : list("plain", [said, phrase("nat-ports", { value: fieldPhrase(port, scope) })]);
}

/** As it was printed; what a map gives is said in words. */
function targetPart({ address, port }: Nat, scope: NftScope): Part {
  const isPlain = [address, port].every((one) => one?.kind !== "map");
  if (isPlain) return printTarget(address, port, {});
  const parts = [address, port].filter((one) => one !== null).map((one) => fieldPhrase(one, scope));
  return list("plain", parts);
}

/** Is a rule met only by packets that this node makes? */
function isOutput({ node, place: { table, chain } }: NftScope): boolean {
  const bases = [...node.hooks(table, chain.name)].map((name) => node.chain(table, name));
  return bases.length > 0 && bases.every((base) => base !== null && "base" in base && base.base?.hook === "output");
}
