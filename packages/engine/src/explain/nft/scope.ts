import type { NftExpression } from "../../model/nft.ts";
import { printExpression } from "../../print/nft/expression.ts";
import type { NftPlace } from "../place.ts";
import type { Scope } from "../scope.ts";

/** Where a statement stands. */
export interface NftScope extends Scope {
  readonly place: NftPlace;
}

/** As nft prints it. */
export function textOf(expression: NftExpression): string {
  return printExpression(expression, { stateless: true });
}
