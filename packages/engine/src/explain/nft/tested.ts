import type { NftStatement } from "../../model/nft.ts";
import type { Tested } from "../tested.ts";
import type { NftPlace } from "../place.ts";
import { namesIn } from "./leads.ts";

const IN: ReadonlySet<string> = new Set(["iif", "iifname", "iifgroup", "iiftype", "iifkind"]);
const OUT: ReadonlySet<string> = new Set(["oif", "oifname", "oifgroup", "oiftype", "oifkind"]);

/** What a rule asks that hooks and listings may have no answer to. */
export function nftTested({ rule }: NftPlace): Tested {
  return { iif: negatedTest(rule.statements, IN), oif: negatedTest(rule.statements, OUT), sets: namesIn(rule) };
}

/** Whether the first test of such a key is turned round; null: there is none. */
function negatedTest(statements: readonly NftStatement[], keys: ReadonlySet<string>): boolean | null {
  for (const statement of statements) {
    if (statement.kind !== "match" || statement.left.kind !== "meta" || !keys.has(statement.left.key)) continue;
    if (statement.op === "in" || statement.op === "==") return false;
    if (statement.op === "!=") return true;
  }
  return null;
}
