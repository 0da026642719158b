import type { NftExpression, NftStatement } from "../../model/nft.ts";
import { printExpression } from "../../print/nft/expression.ts";
import type { Delivery } from "../delivery.ts";
import type { NftPlace } from "../place.ts";
import { protocolOf } from "./protocol.ts";
import { markWriteOf } from "./mark-arithmetic.ts";

/** `tproxy to …` and `redirect to …`. */
export function nftDelivery({ rule, table }: NftPlace): Delivery | null {
  const { statements } = rule;
  const statement = statements.find(isDelivery);
  if (statement === undefined) return null;
  const family = statement.family ?? (table.family === "ip6" ? "ip6" : "ip");
  const protocol = protocolOf(statements);
  const port = numberText(statement.port);
  if (statement.kind === "nat")
    return { family, isTransparent: false, protocol, address: null, port, mark: null, markMask: 0 };
  const write = statements.map(markWriteOf).findLast((one) => one !== null) ?? null;
  const mark = write === null ? null : (write.value & write.mask) >>> 0;
  const { address } = statement;
  return {
    family,
    isTransparent: true,
    protocol,
    address: address === null ? null : printExpression(address, {}),
    port: statement.port === null ? "0" : port,
    mark,
    markMask: write?.mask ?? 0,
  };
}

type DeliveryStatement = Extract<NftStatement, { readonly kind: "nat" | "tproxy" }>;

function isDelivery(statement: NftStatement): statement is DeliveryStatement {
  return statement.kind === "tproxy" || (statement.kind === "nat" && statement.type === "redirect");
}

function numberText(port: NftExpression | null): string | null {
  return port?.kind === "literal" && /^\d+$/.test(port.text) ? port.text : null;
}
