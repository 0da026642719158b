import { list, negate, phrase } from "../../messages/explain/phrase.ts";
import type { Part, Phrase } from "../../messages/explain/phrase.ts";
import type { NftStatement } from "../../model/nft.ts";
import { printQuota, printRate } from "../../print/nft/expression.ts";
import { fieldPhrase } from "./fields.ts";
import { nameOfContent } from "./names.ts";
import { textOf } from "./scope.ts";
import type { NftScope } from "./scope.ts";

/** Statements that end a rule where they do not hold: rates, quotas, counts of connections. */
export type Gate = Extract<NftStatement, { readonly kind: "limit" | "quota" | "ct-count" }>;

export function isGate(statement: NftStatement): statement is Gate {
  return statement.kind === "limit" || statement.kind === "quota" || statement.kind === "ct-count";
}

export function gatePhrase(statement: Gate): Phrase {
  switch (statement.kind) {
    case "limit":
      return limitPhrase(statement);
    case "quota": {
      if (statement.name !== null) return phrase("quota-named", { value: textOf(statement.name) });
      const value = printQuota({ ...statement, over: false }, { stateless: true });
      return negate(phrase("quota-until", { value }), statement.over);
    }
    case "ct-count":
      return negate(phrase("ct-counted", { value: statement.count }), statement.over);
  }
}

function limitPhrase({ name, rate }: Extract<Gate, { readonly kind: "limit" }>): Phrase {
  if (name !== null) return phrase("limit-named", { value: textOf(name) });
  const value = rate === null ? "" : printRate({ ...rate, over: false }).replace(/^rate /, "");
  return rate?.over === true ? phrase("limit-over", { value }) : phrase("limit-rate", { value });
}

type Element = Extract<NftStatement, { readonly kind: "set-update" | "meter" }>;

/** `update @seen { ip saddr limit rate over 10/second }`: the rule goes on where the element's own rate says so. */
export function elementGate(statement: Element, scope: NftScope): Part | null {
  const gates = statement.statements.filter(isGate);
  if (gates.length === 0) return null;
  const set = statement.kind === "meter" ? statement.name : nameOfContent(statement.set, scope);
  const conditions = list("conditions", gates.map(gatePhrase));
  return phrase("element-asks", { what: fieldPhrase(statement.key, scope), set, conditions });
}
