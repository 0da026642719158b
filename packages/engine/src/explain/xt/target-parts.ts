import { phrase } from "../../messages/explain/phrase.ts";
import type { Part, Phrase } from "../../messages/explain/phrase.ts";
import { bitsEffect, knownBits } from "../bits.ts";
import { printHex } from "../../base/hex.ts";
import { parseBits } from "../bits-text.ts";
import type { Printed } from "./printed.ts";
import type { FamilyScope } from "../scope.ts";
import { setName, sidesPhrase } from "./set-name.ts";

/** An option of a target that says more than its value, perhaps together with others. Null: another one's phrase says it. */
export type TargetPart = (printed: Printed, all: PrintedTarget, scope: FamilyScope) => Part | null;

export interface PrintedTarget {
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
}

const ALL_BITS = 0xffff_ffff;

/** Behind the parser all ways to set a mark are `--set-xmark`; others were refused and are left as they stand. */
export const setMark: TargetPart = ({ text, option }, { name }, scope) => {
  const what = phrase(name === "CONNMARK" ? "the-ctmark" : "the-mark");
  const bits = parseBits(text);
  if (bits === null) return phrase("unknown-target", { text: `--${option} ${text}` });
  return bitsEffect(what, bits, scope);
};

export const saveMark: TargetPart = (_, all) => copyMark(all, "nfmask", "ctmask", "save-mark");
export const restoreMark: TargetPart = (_, all) => copyMark(all, "ctmask", "nfmask", "restore-mark");

/** Which bits go where; whole marks have no bits to name. */
function copyMark({ options }: PrintedTarget, from: string, to: string, id: "save-mark" | "restore-mark"): Phrase {
  const [fromMask, toMask] = [options.get(from) ?? printHex(ALL_BITS), options.get(to) ?? printHex(ALL_BITS)];
  const isWhole = Number(fromMask) === ALL_BITS && Number(toMask) === ALL_BITS;
  return isWhole ? phrase(`${id}-whole`) : phrase(id, { from: fromMask, to: toMask });
}

export const tosBits: TargetPart = ({ text }) => {
  const [value = "", mask = ""] = text.split("/");
  return phrase("tos-bits", { value, mask });
};

/** Port, address and mark belong together. */
export const tproxy: TargetPart = ({ text }, { options }, scope) => {
  const address = options.get("on-ip") ?? "";
  const isAny = address === "" || address === "0.0.0.0" || address === "::";
  const at = isAny ? phrase("tproxy-any", { value: text }) : phrase("tproxy-at", { value: endpoint(address, text) });
  const socket = phrase("tproxy-socket", { at });
  return phrase("tproxy", { socket, mark: tproxyMark(options.get("tproxy-mark") ?? "", scope) });
};

function tproxyMark(text: string, scope: FamilyScope): Phrase {
  const bits = parseBits(text);
  if (bits === null || bits.mask === 0) return phrase("tproxy-mark-kept");
  const value = knownBits(bits.value, bits.mask, scope);
  return bits.mask === ALL_BITS
    ? phrase("tproxy-mark-set", { value })
    : phrase("tproxy-mark-bits", { value, mask: printHex(bits.mask) });
}

function endpoint(address: string, port: string): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

export function updateSet(id: "set-add" | "set-delete" | "set-map"): TargetPart {
  return ({ text }, _, scope) => {
    const [name = "", sides = ""] = text.split(" ");
    return phrase(id, { what: sidesPhrase(name, sides, scope), set: setName(name, sides, scope) });
  };
}
