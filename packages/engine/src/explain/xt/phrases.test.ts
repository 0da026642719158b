import { describe, expect, it } from "vitest";
import { matchExtensions } from "../../ext/xt/matches.ts";
import { targetExtensions } from "../../ext/xt/targets.ts";
import { phrases as en } from "../../messages/explain/en.ts";
import type { PhraseId } from "../../messages/explain/phrase.ts";
import { phrases as zh } from "../../messages/explain/zh.ts";
import { matchPhrases } from "./match-phrases.ts";
import { targetPhrases } from "./target-phrases.ts";

const TWO_FORMS = /\{[^{}|]*\|[^{}|]*\}/;

const matches = matchExtensions.filter(({ name }) => name !== "comment");
const matchOptions = matches.flatMap(({ name, options }) =>
  Object.entries(options).map(([option, { negatable }]) => ({ name, option, negatable })),
);
const targetOptions = targetExtensions.flatMap(({ name, options }) =>
  Object.keys(options).map((option) => ({ name, option })),
);

describe("every extension of iptables", () => {
  it.each(matches.map(({ name }) => name))("is said as a match: %s", (name) => {
    expect(matchPhrases).toHaveProperty(name);
  });

  it.each(matchOptions)("has a phrase for -m $name --$option", ({ name, option, negatable }) => {
    const said = matchPhrases[name]?.options[option];
    expect(said).toBeDefined();
    if (typeof said !== "string" || !negatable) return;
    // `!` before it must be heard in both languages.
    expect(en[said]).toMatch(TWO_FORMS);
    expect(zh[said]).toMatch(TWO_FORMS);
  });

  it.each(targetExtensions.map(({ name }) => name))("is said as a target: %s", (name) => {
    expect(targetPhrases).toHaveProperty(name);
  });

  it.each(targetOptions)("has a phrase for -j $name --$option", ({ name, option }) => {
    expect(targetPhrases[name]?.options[option]).toBeDefined();
  });

  it("has no phrase for what is no extension", () => {
    const known = new Set(matches.map(({ name }) => name));
    expect(Object.keys(matchPhrases).filter((name) => !known.has(name))).toEqual([]);
    const options = new Set(matchOptions.map(({ name, option }) => `${name} ${option}`));
    const said = Object.entries(matchPhrases).flatMap(([name, { options: all }]) =>
      Object.keys(all).map((option) => `${name} ${option}`),
    );
    expect(said.filter((one) => !options.has(one))).toEqual([]);
  });
});

describe("the catalogues of explanations", () => {
  const holes = (text: string): readonly string[] => [...text.matchAll(/\{(\w[\w-]*)\}/g)].map(([hole]) => hole).sort();
  const ids = Object.keys(en) as readonly PhraseId[];

  it("have the same holes in both languages", () => {
    expect(Object.fromEntries(ids.map((id) => [id, holes(zh[id])]))).toEqual(
      Object.fromEntries(ids.map((id) => [id, holes(en[id])])),
    );
  });

  it("have two forms in one language where they have in the other", () => {
    expect(ids.filter((id) => TWO_FORMS.test(en[id]) !== TWO_FORMS.test(zh[id]))).toEqual([]);
  });

  it("have something to say for every id", () => {
    expect(ids.filter((id) => en[id].trim() === "" || zh[id].trim() === "")).toEqual([]);
  });
});
