import { list, phrase } from "../../messages/explain/phrase.ts";
import type { List, Part, Phrase } from "../../messages/explain/phrase.ts";
import type { NftElement, NftExpression, NftStatement, NftVerdict } from "../../model/nft.ts";
import { isVerdict } from "../../ext/nft/verdict.ts";
import { chainPhrase, leadingPhrase } from "../leading.ts";
import type { Effect } from "./effect.ts";
import { fieldPhrase } from "./fields.ts";
import { nameOfContent } from "./names.ts";
import { textOf } from "./scope.ts";
import type { NftScope } from "./scope.ts";
import { valuePart } from "./values.ts";

/** A verdict of a rule. */
export function verdictEffect(verdict: NftVerdict, scope: NftScope): Effect {
  const { table } = scope.place;
  if ("chain" in verdict) {
    return { part: leadingPhrase(verdict.kind, verdict.chain, table, scope.node), ends: true };
  }
  return { part: plainVerdict(verdict.kind, scope), ends: true };
}

function plainVerdict(kind: "accept" | "drop" | "continue" | "return", scope: NftScope): Phrase {
  switch (kind) {
    case "accept":
      return isNat(scope) ? phrase("accept-nat") : phrase("accept-hook");
    case "drop":
      return phrase("drop");
    case "continue":
      return phrase("next-rule");
    case "return": {
      const { base } = scope.place.chain;
      return base === null ? phrase("return-user") : phrase("return-policy", { policy: base.policy });
    }
  }
}

/** Is a rule met only on the way of NAT? */
function isNat({ node, place: { table, chain } }: NftScope): boolean {
  const bases = [...node.hooks(table, chain.name)].map((name) => node.chain(table, name));
  return bases.length > 0 && bases.every((base) => base !== null && "base" in base && base.base?.type === "nat");
}

type VerdictMap = Extract<NftStatement, { readonly kind: "vmap" }>;

/** A map of verdicts is said as what it does: case by case where it stands in the rule, else by its name. */
export function vmapEffect({ key, map }: VerdictMap, scope: NftScope): Effect {
  if (map.kind === "set-ref") return { part: namedMap(key, map.name, scope), ends: true };
  const elements = map.kind === "set" ? map.elements : [];
  if (key.kind === "numgen") return { part: choice(key, elements, scope), ends: true };
  const what = fieldPhrase(key, scope);
  const hasOther = elements.some((element) => element.key.kind === "wildcard");
  const cases = list("cases", [
    ...elements.map((element) => casePhrase(element, key, scope)),
    ...(hasOther ? [] : [phrase("vmap-none")]),
  ]);
  return { part: phrase("vmap-cases", { what, cases }), ends: true };
}

function casePhrase(element: NftElement, key: NftExpression, scope: NftScope): Phrase {
  const effect = caseEffect(element, scope);
  return element.key.kind === "wildcard"
    ? phrase("vmap-other", { effect })
    : phrase("vmap-case", { key: valuePart(element.key, key, scope), effect });
}

/** In few words: of many cases each is one. */
function caseEffect({ data }: NftElement, scope: NftScope): Part {
  if (data === null || !isVerdict(data)) return phrase("nothing");
  if (data.kind === "accept") return phrase("accept");
  if (data.kind === "continue") return phrase("case-continue");
  if (!("chain" in data)) return plainVerdict(data.kind, scope);
  const { table } = scope.place;
  if (scope.node.chain(table, data.chain) === null) return leadingPhrase(data.kind, data.chain, table, scope.node);
  const chain = chainPhrase(data.chain, table, scope.node);
  return data.kind === "goto" ? phrase("case-goto", { chain }) : phrase("case-jump", { chain });
}

/** `numgen random mod 3 vmap { 0 : goto a, 1-2 : goto b }`: each case by its share. */
function choice(key: NftExpression & { kind: "numgen" }, elements: readonly NftElement[], scope: NftScope): Phrase {
  const isRandom = key.mode === "random";
  const [only] = elements;
  // kube-proxy writes a choice also where there is one endpoint.
  if (only !== undefined && key.modulus === 1) return whole(caseEffect(only, scope));
  const cases: List = list(
    "cases",
    elements.map((element) => {
      const params = {
        share: `${String(countOf(element.key))}/${String(key.modulus)}`,
        key: textOf(element.key),
        effect: caseEffect(element, scope),
      };
      return isRandom ? phrase("vmap-share", params) : phrase("vmap-turn", params);
    }),
  );
  const text = textOf(key);
  return isRandom ? phrase("vmap-random", { text, cases }) : phrase("vmap-turns", { text, cases });
}

function whole(value: Part): Phrase {
  return phrase("whole", { value });
}

/** How many numbers a key stands for. */
function countOf(key: NftExpression): number {
  if (key.kind !== "range" || key.from.kind !== "literal" || key.to.kind !== "literal") return 1;
  const [from, to] = [Number(key.from.text), Number(key.to.text)];
  return Number.isInteger(from) && Number.isInteger(to) ? Math.max(0, to - from + 1) : 1;
}

function namedMap(key: NftExpression, name: string, scope: NftScope): Phrase {
  const { table } = scope.place;
  const params = { map: nameOfContent(name, scope), what: fieldPhrase(key, scope) };
  const kinds = verdictKinds(table.sets.find((set) => set.name === name)?.elements ?? []);
  const [only] = kinds;
  if (kinds.size === 1 && only === "goto") return phrase("vmap-goto", params);
  if (kinds.size === 1 && only === "jump") return phrase("vmap-jump", params);
  return phrase("vmap-verdict", params);
}

function verdictKinds(elements: readonly NftElement[]): ReadonlySet<string> {
  return new Set(elements.map(({ data }) => data?.kind ?? ""));
}
