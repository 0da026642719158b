import { lengthOfMask, printAddress, printAddressMask, bitsOf } from "../../base/address.ts";
import type { AddressMask } from "../../base/address.ts";
import { printProtocol } from "../../base/protocols.ts";
import { findMatch } from "../../ext/xt/registry.ts";
import { list, negate, phrase } from "../../messages/explain/phrase.ts";
import type { Part, Phrase } from "../../messages/explain/phrase.ts";
import type { Match, Rule, Verbatim } from "../../model/ruleset.ts";
import { markText } from "../bits.ts";
import { devicePhrase } from "../devices.ts";
import { matchPhrases } from "./match-phrases.ts";
import { parseBits } from "../bits-text.ts";
import { printedOptions } from "./printed.ts";
import type { Printed } from "./printed.ts";
import type { FamilyScope } from "../scope.ts";

/** What a rule asks of a packet, clause by clause; comments ask nothing. */
export function conditionsOf(rule: Rule, scope: FamilyScope): readonly Part[] {
  const { src, dst, iif, oif, proto, fragment } = rule;
  const said: readonly (Part | null)[] = [
    src && negate(addressPhrase(src.value, "source"), src.negated),
    dst && negate(addressPhrase(dst.value, "destination"), dst.negated),
    iif && negate(phrase("in-device", { device: devicePhrase(iif.value, "+", scope.node) }), iif.negated),
    oif && negate(phrase("out-device", { device: devicePhrase(oif.value, "+", scope.node) }), oif.negated),
    proto && negate(phrase("protocol", { value: printProtocol(proto.value) }), proto.negated),
    fragment && negate(phrase("fragment"), fragment.negated),
  ];
  const matched = runsOf(rule.matches).flatMap((run) => runConditions(run, scope));
  return [...said, ...matched].filter((one) => one !== null);
}

/** One host is named without its mask. */
function addressPhrase(net: AddressMask, side: "source" | "destination"): Phrase {
  const isHost = lengthOfMask(net.mask) === bitsOf(net.value);
  const value = isHost ? printAddress(net.value) : printAddressMask(net);
  return isHost ? phrase(`${side}-host`, { value }) : phrase(`${side}-net`, { value });
}

/** Matches that stand side by side and exclude one mark each are said together. */
function runsOf(matches: Rule["matches"]): readonly Rule["matches"][] {
  const runs: (Match | Verbatim)[][] = [];
  for (const match of matches) {
    const last = runs.at(-1);
    if (last?.every(excludesMark) === true && excludesMark(match)) last.push(match);
    else runs.push([match]);
  }
  return runs;
}

function excludesMark(match: Match | Verbatim): boolean {
  return match.kind === "match" && match.name === "mark" && match.args["mark"]?.negated === true;
}

function runConditions(run: Rule["matches"], scope: FamilyScope): readonly Part[] {
  if (run.length === 1) return run.flatMap((match) => matchConditions(match, scope));
  const values = run.flatMap((match) => printedMatch(match, scope.family)).map(({ text }) => knownValue(text, scope));
  return [phrase("bits-none-of", { what: phrase("the-mark"), values: list("items", values) })];
}

function printedMatch(match: Match | Verbatim, family: FamilyScope["family"]): readonly Printed[] {
  const extension = match.kind === "match" ? findMatch(match.name, family) : null;
  return match.kind === "verbatim" || extension === null ? [] : printedOptions(extension, match.args);
}

function knownValue(text: string, scope: FamilyScope): Part {
  const bits = parseBits(text);
  return bits === null ? text : markText(text, bits, scope);
}

function matchConditions(match: Match | Verbatim, scope: FamilyScope): readonly Part[] {
  if (match.name === "comment") return [];
  const extension = match.kind === "match" ? findMatch(match.name, scope.family) : null;
  const phrases = Object.hasOwn(matchPhrases, match.name) ? matchPhrases[match.name] : undefined;
  if (match.kind === "verbatim" || extension === null || phrases === undefined) return [unknownMatch(match)];
  const printed = printedOptions(extension, match.args);
  const said = printed.flatMap((one) => {
    const option = Object.hasOwn(phrases.options, one.option) ? phrases.options[one.option] : undefined;
    const part = option === undefined ? unknownMatch(match) : optionPart(option, one, scope);
    return part === null ? [] : [part];
  });
  if (phrases.bare === undefined || (said.length > 0 && phrases.always !== true)) return said;
  const bare: Phrase = { id: phrases.bare, negated: printed.some(({ option }) => option === "invert"), params: {} };
  return [{ ...bare, params: { value: match.name } }, ...said];
}

function optionPart(
  option: NonNullable<(typeof matchPhrases)[string]>["options"][string],
  printed: Printed,
  scope: FamilyScope,
): Part | null {
  if (typeof option === "function") return option(printed, scope);
  return { id: option, negated: printed.negated, params: { value: printed.text } };
}

function unknownMatch(match: Match | Verbatim): Phrase {
  if (match.kind === "verbatim" && match.lost !== undefined && match.text === "")
    return phrase("lost-match", { text: match.name });
  const text = match.kind === "verbatim" ? [match.name, match.text].filter((one) => one !== "").join(" ") : match.name;
  return phrase("unknown-match", { text });
}
