import { sha224 as sha224Of } from "@noble/hashes/sha2.js";
import { base64url } from "../../base/base64url.ts";
import { smallHash } from "../../base/small-hash.ts";
import type { Family } from "../../base/address.ts";
import { printSelector } from "../../selector/print-selector.ts";
import type { Selector } from "../../selector/selector.ts";

const sha224 = smallHash(sha224Of);

/** The longest name that ipset takes: IPSET_MAXNAMELEN less its end. */
const MAX_SET_NAME = 31;

/** What a computed set holds; the word before the colon of its ID. felix/calc/rule_scanner.go. */
export type SetContent = "selector" | "named-port" | "service" | "service-without-ports" | "tag";

const CONTENT_PREFIXES: Readonly<Record<SetContent, string>> = {
  selector: "s",
  "named-port": "n",
  service: "svc",
  "service-without-ports": "svcnoport",
  tag: "t",
};
const CONTENTS = Object.entries(CONTENT_PREFIXES).map(([content, prefix]) => ({
  content: content as SetContent,
  prefix,
}));

/**
 * The ID of a computed set. `of` is what it stands for: a selector in its canonical text (`namespace == "default"`),
 * `SELECTOR-ID,PROTOCOL,PORT`, `NAMESPACE/SERVICE`, a tag. libcalico-go/lib/hash/unique_id.go MakeUniqueID.
 */
export function setId(content: SetContent, of: string): string {
  const prefix = CONTENT_PREFIXES[content];
  return `${prefix}:${base64url(sha224(`${prefix}:${of}`))}`;
}

/** Set names of 3.0 and before have `-` behind the family, later ones `0`: the format's version in felix/ipsets/ipset_defs.go. */
export type SetFormat = "-" | "0";

/** What ipset calls a set: cut at 31 characters, so that of a computed ID about 140 bits stay. */
export function setName(family: Family, id: string, format: SetFormat = "0"): string {
  return `cali${family === "ip" ? "4" : "6"}${format}${id}`.slice(0, MAX_SET_NAME);
}

/** The name of the set that holds the addresses of all endpoints and networks that a selector selects. */
export function selectorSetName(selector: Selector, family: Family, format?: SetFormat): string {
  return setName(family, setId("selector", printSelector(selector)), format);
}

export interface SetMeaning {
  readonly family: Family;
  readonly format: SetFormat;
  /** Null: a set with a name of its own (`all-hosts-net`, `masq-ipam-pools`). */
  readonly content: SetContent | null;
  /** Everything behind the format; cut short where the whole name was too long. */
  readonly id: string;
}

const SET_NAME = /^cali([46])([-0])(.+)$/;

/** What the name of a set says; null where it is none of Felix's (or one of its temporary ones, `cali4t…`). */
export function setMeaning(name: string): SetMeaning | null {
  const [, family, format, id] = SET_NAME.exec(name) ?? [];
  if (id === undefined) return null;
  return {
    family: family === "4" ? "ip" : "ip6",
    format: format === "-" ? "-" : "0",
    content: CONTENTS.find(({ prefix }) => id.startsWith(`${prefix}:`))?.content ?? null,
    id,
  };
}

/** True where a set of that name holds what `of` stands for: the name proves the selector, or disproves it. */
export function namesSet(name: string, content: SetContent, of: string): boolean {
  const meaning = setMeaning(name);
  return meaning !== null && setName(meaning.family, setId(content, of), meaning.format) === name;
}
