import type { Loss, Verbatim } from "../model/ruleset.ts";

/** What is unknown of a part that no listing tells, in words. */
export function notTold(
  option: "-m" | "-j",
  { name, text }: Verbatim,
  lost: Loss,
): { readonly what: string; readonly why: "listing" } {
  const part = name === "" ? "a part of the rule" : `${option} ${name}`;
  return { what: WORDS[lost](part, text), why: "listing" };
}

const WORDS: Readonly<Record<Loss, (part: string, text: string) => string>> = {
  arguments: (part) => `${part}, listed without its arguments`,
  meaning: (part, text) => `${part}, listed as “${text}”`,
  words: (part, text) => (text === "" ? `${part}, listed without its arguments` : `${part}, listed as “${text}”`),
  devices: () => "the devices of the rule, which are not listed",
  source: (_, text) => `the address behind ${text}`,
  destination: (_, text) => `the address behind ${text}`,
  match: (part) => `${part}, which the listing has lost`,
  doubt: (_, text) => `the rule is there although ${text}`,
};
