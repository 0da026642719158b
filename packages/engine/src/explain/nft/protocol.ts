import type { NftExpression, NftFamily, NftMatch, NftStatement } from "../../model/nft.ts";
import { expressionsIn, operandsOf } from "./operands.ts";

/** Headers whose fields nft reads only where the packet is of that protocol: it tests that first (payload_gen_dependency). */
const TRANSPORTS: ReadonlyMap<string, string> = new Map([
  ["tcp", "tcp"],
  ["udp", "udp"],
  ["udplite", "udplite"],
  ["sctp", "sctp"],
  ["dccp", "dccp"],
  ["ah", "ah"],
  ["esp", "esp"],
  ["comp", "ipcomp"],
  ["gre", "gre"],
  ["vxlan", "udp"],
  ["geneve", "udp"],
]);

/** The fields whose values say themselves which version of IP they are of. */
const ADDRESSES: ReadonlySet<string> = new Set(["saddr", "daddr"]);

/** Tables whose packets are of more than one version of IP. */
const MIXED: ReadonlySet<NftFamily> = new Set<NftFamily>(["inet", "bridge", "netdev"]);

/** What a field says of the packet that no word of the rule does. */
export type Implied =
  { readonly kind: "protocol"; readonly name: string } | { readonly kind: "version"; readonly name: "IPv4" | "IPv6" };

/** What nft tests before a statement can read its fields. */
export function impliedBy(statement: NftStatement, family: NftFamily): readonly Implied[] {
  return operandsOf(statement).flatMap((operand) =>
    [...expressionsIn(operand)].flatMap((expression) => impliedByField(expression, family)),
  );
}

function impliedByField(expression: NftExpression, family: NftFamily): readonly Implied[] {
  if (expression.kind === "tcp-option") return [{ kind: "protocol", name: "tcp" }];
  if (expression.kind === "sctp-chunk") return [{ kind: "protocol", name: "sctp" }];
  if (expression.kind === "dccp-option") return [{ kind: "protocol", name: "dccp" }];
  if (expression.kind !== "payload") return [];
  const name = TRANSPORTS.get(expression.protocol);
  if (name !== undefined) return [{ kind: "protocol", name }];
  if (!MIXED.has(family) || ADDRESSES.has(expression.field)) return [];
  if (expression.protocol === "ip") return [{ kind: "version", name: "IPv4" }];
  return expression.protocol === "ip6" ? [{ kind: "version", name: "IPv6" }] : [];
}

/** The one protocol that a rule's packets have; null: it asks for none, or for several. */
export function protocolOf(statements: readonly NftStatement[]): string | null {
  for (const statement of statements) {
    const told = statement.kind === "match" ? toldProtocol(statement) : null;
    if (told !== null) return told;
    const [implied] = impliedBy(statement, "ip").filter(({ kind }) => kind === "protocol");
    if (implied !== undefined) return implied.name;
  }
  return null;
}

/** `meta l4proto tcp`, `ip protocol tcp`. */
export function toldProtocol({ op, left, right }: NftMatch): string | null {
  return isProtocol(left) && (op === "in" || op === "==") && right.kind === "literal" ? right.text : null;
}

/** `meta nfproto ipv4`, `meta protocol ip`. */
export function toldVersion({ op, left, right }: NftMatch): string | null {
  if (left.kind !== "meta" || (left.key !== "nfproto" && left.key !== "protocol")) return null;
  if ((op !== "in" && op !== "==") || right.kind !== "literal") return null;
  return VERSIONS.get(right.text) ?? null;
}

const VERSIONS: ReadonlyMap<string, "IPv4" | "IPv6"> = new Map([
  ["ipv4", "IPv4"],
  ["ip", "IPv4"],
  ["ipv6", "IPv6"],
  ["ip6", "IPv6"],
]);

function isProtocol(expression: NftExpression): boolean {
  if (expression.kind === "meta") return expression.key === "l4proto";
  if (expression.kind !== "payload") return false;
  const { protocol, field } = expression;
  return (protocol === "ip" && field === "protocol") || (protocol === "ip6" && field === "nexthdr");
}
