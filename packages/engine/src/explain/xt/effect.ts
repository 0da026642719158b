import { findTarget } from "../../ext/xt/registry.ts";
import { list, phrase } from "../../messages/explain/phrase.ts";
import type { Part, Phrase } from "../../messages/explain/phrase.ts";
import type { Target } from "../../model/ruleset.ts";
import type { Action } from "../../program/action.ts";
import type { LoweringContext } from "../../program/test.ts";
import type { XtPlace } from "../place.ts";
import { printedOptions } from "./printed.ts";
import type { FamilyScope } from "../scope.ts";
import { leadingPhrase } from "../leading.ts";
import { targetPhrases } from "./target-phrases.ts";

/** What a rule does with a packet that it matches, as a predicate: “the packet {effect}”. */
export function effectOf(place: XtPlace, scope: FamilyScope): Phrase {
  const { target } = place.rule;
  if (target === null) return phrase("continues", { effect: phrase("count") });
  switch (target.kind) {
    case "verdict":
      return verdictPhrase(target.verdict, place);
    case "jump":
    case "goto":
      return leadingPhrase(target.kind, target.chain, place.table, scope.node);
    case "verbatim":
      return unknownTarget(target);
    case "target":
      return targetPhrase(target, place, scope);
  }
}

function verdictPhrase(verdict: "ACCEPT" | "DROP" | "RETURN", { table, chain }: XtPlace): Phrase {
  if (verdict === "DROP") return phrase("drop");
  if (verdict === "RETURN") {
    return chain.policy === null ? phrase("return-user") : phrase("return-base", { policy: chain.policy });
  }
  if (table.name === "nat") return phrase("accept-nat");
  return table.name === "filter" ? phrase("accept") : phrase("accept-table", { table: table.name });
}

function targetPhrase(target: Target & { kind: "target" }, place: XtPlace, scope: FamilyScope): Phrase {
  const extension = findTarget(target.name, scope.family);
  const phrases = Object.hasOwn(targetPhrases, target.name) ? targetPhrases[target.name] : undefined;
  if (extension === null || phrases === undefined) return unknownTarget({ name: target.name, text: "" });
  const printed = printedOptions(extension, target.args);
  const all = { name: target.name, options: new Map(printed.map(({ option, text }) => [option, text])) };
  const parts = printed.flatMap((one): readonly Part[] => {
    const option = Object.hasOwn(phrases.options, one.option) ? phrases.options[one.option] : undefined;
    if (option === undefined) return [];
    const part = typeof option === "function" ? option(one, all, scope) : valuePhrase(option, one.text);
    return part === null ? [] : [part];
  });
  const verb = verbOf(phrases.verb, parts, target, place);
  const effect = list("plain", verb === null ? parts : [verb, ...parts]);
  const { kind } = extension.compile(target.args, loweringContext(place));
  return ENDING.has(kind) ? phrase("whole", { value: effect }) : phrase("continues", { effect });
}

/** What is done, before how: unless the options say it, as those of `CT --notrack` and `ECN --ecn-tcp-remove` do. */
function verbOf(
  verb: NonNullable<(typeof targetPhrases)[string]>["verb"],
  parts: readonly Part[],
  target: Target & { kind: "target" },
  { chain }: XtPlace,
): Phrase | null {
  const saysAll = target.name === "CT" ? target.args["notrack"] : target.args["ecn-tcp-remove"];
  if (verb === null || (saysAll !== undefined && parts.length > 0)) return null;
  return valuePhrase(verb === "redirect" && chain.name === "OUTPUT" ? "redirect-local" : verb, "");
}

function valuePhrase(id: Phrase["id"], value: string): Phrase {
  return { id, negated: false, params: { value } };
}

/** Actions after which the packet does not go on to the next rule, or nobody knows whether it does. */
const ENDING: ReadonlySet<Action["kind"]> = new Set<Action["kind"]>([
  "accept",
  "drop",
  "return",
  "jump",
  "goto",
  "nat",
  "tproxy",
  "reject",
  "queue",
  "unknown",
]);

function unknownTarget({ name, text }: { readonly name: string; readonly text: string }): Phrase {
  return phrase("unknown-target", { text: [name, text].filter((one) => one !== "").join(" ") });
}

function loweringContext({ table }: XtPlace): LoweringContext {
  return { family: table.family, backend: table.backend === "nft" ? "nft" : "legacy", table: table.name };
}
