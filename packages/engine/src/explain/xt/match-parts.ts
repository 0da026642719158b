import { icmpTypes } from "../../ext/xt/icmp-types.ts";
import { negate, phrase } from "../../messages/explain/phrase.ts";
import type { Part, ValuePhraseId } from "../../messages/explain/phrase.ts";
import { bitsTest } from "../bits.ts";
import { parseBits } from "../bits-text.ts";
import type { Printed } from "./printed.ts";
import type { FamilyScope } from "../scope.ts";
import { statesPhrase } from "../states.ts";
import { tcpFlagsPhrase } from "../tcp-flags.ts";
import { sidesPhrase, setName } from "./set-name.ts";

/** An option whose value says more than itself. Null: another option's phrase says it. */
export type OptionPart = (printed: Printed, scope: FamilyScope) => Part | null;

type WhatId = "the-mark" | "the-ctmark" | "the-realm" | "the-in-group" | "the-out-group";

/** A number under a mask; `hasMeaning`: it is a mark that owners share out. */
export function marksPart(what: WhatId, hasMeaning: boolean): OptionPart {
  return ({ text, negated }, scope) => {
    const bits = parseBits(text);
    if (bits === null) return negate(phrase("named-value", { what: phrase(what), value: text }), negated);
    return bitsTest(phrase(what), bits, negated, hasMeaning ? scope : null);
  };
}

/** Addresses of this node are what such rules are about nearly always. */
export function typePart(
  general: "source-type" | "destination-type",
  local: "source-local" | "destination-local",
): OptionPart {
  return ({ text, negated }) => negate(text === "LOCAL" ? phrase(local) : phrase(general, { value: text }), negated);
}

export const statesPart: OptionPart = ({ text, negated }) => negate(statesPhrase(text.split(",")), negated);

export const icmpPart: OptionPart = ({ text, negated }, { family }) => {
  for (const [name, { type, code }] of icmpTypes(family)) {
    const printed = code === null ? String(type) : `${String(type)}/${String(code)}`;
    if (printed === text) return negate(phrase("icmp-type-named", { value: text, name }), negated);
  }
  return negate(phrase("icmp-type", { value: text }), negated);
};

export const tcpFlagsPart: OptionPart = ({ text, negated }) => {
  const [mask = "", set = ""] = text.split(" ");
  return negate(tcpFlagsPhrase(mask, set === "NONE" ? "" : set), negated);
};

export const setPart: OptionPart = ({ text, negated }, scope) => {
  const [name = "", sides = ""] = text.split(" ");
  const what = sidesPhrase(name, sides, scope);
  const params = { what, set: setName(name, sides, scope) };
  const isOne = !sides.includes(",");
  return negate(isOne ? phrase("set-member", params) : phrase("set-members", params), negated);
};

/** A list of ports that holds one is that port. */
export function portsPart(one: ValuePhraseId, several: ValuePhraseId): OptionPart {
  return ({ text, negated }) => ({ id: /[,:]/.test(text) ? several : one, negated, params: { value: text } });
}
