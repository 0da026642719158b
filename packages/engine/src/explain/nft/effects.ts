import { list, phrase } from "../../messages/explain/phrase.ts";
import type { Part, Phrase } from "../../messages/explain/phrase.ts";
import { printTime } from "../../ext/nft/time.ts";
import type { NftExpression, NftStatement } from "../../model/nft.ts";
import { printTarget } from "../../print/nft/statement.ts";
import { mangleEffect } from "./assign.ts";
import type { Effect } from "./effect.ts";
import { fieldPhrase } from "./fields.ts";
import { logEffect } from "./log.ts";
import { natEffect } from "./nat.ts";
import { nameOfContent } from "./names.ts";
import { textOf } from "./scope.ts";
import type { NftScope } from "./scope.ts";
import { vmapEffect, verdictEffect } from "./verdicts.ts";

export type Doing = Exclude<NftStatement, { readonly kind: "match" | "limit" | "quota" | "ct-count" }>;

type Of<Kind extends NftStatement["kind"]> = Extract<NftStatement, { readonly kind: Kind }>;

export function effectOf(statement: Doing, scope: NftScope): Effect {
  switch (statement.kind) {
    case "accept":
    case "drop":
    case "continue":
    case "return":
    case "jump":
    case "goto":
      return verdictEffect(statement, scope);
    case "vmap":
      return vmapEffect(statement, scope);
    case "nat":
      return natEffect(statement, scope);
    case "reject":
      return { part: phrase("reject", { value: rejectText(statement, scope) }), ends: true };
    case "queue":
      return { part: queuePhrase(statement), ends: true };
    case "synproxy":
      return { part: synproxyPhrase(statement), ends: true };
    case "dup":
    case "fwd":
      return copyEffect(statement, scope);
    case "verbatim":
      return { part: phrase("unknown-target", { text: statement.text }), ends: true };
    case "xt":
      return { part: phrase("unknown-target", { text: xtText(statement) }), ends: true };
    case "mangle":
    case "counter":
    case "last":
    case "notrack":
    case "log":
    case "set-update":
    case "meter":
    case "ct-object":
    case "tproxy":
    case "flow":
    case "reset":
      return { part: passingPart(statement, scope), ends: false };
  }
}

/** What is done to a packet on its way through a rule. */
function passingPart(
  statement: Of<
    | "mangle"
    | "counter"
    | "last"
    | "notrack"
    | "log"
    | "set-update"
    | "meter"
    | "ct-object"
    | "tproxy"
    | "flow"
    | "reset"
  >,
  scope: NftScope,
): Part {
  switch (statement.kind) {
    case "mangle":
      return mangleEffect(statement, scope);
    case "counter":
      return statement.name === null ? phrase("count") : phrase("counter-named", { value: textOf(statement.name) });
    case "last":
      return phrase("last-noted");
    case "notrack":
      return phrase("notrack");
    case "log":
      return logEffect(statement);
    case "set-update":
    case "meter":
      return elementPhrase(statement, scope);
    case "ct-object":
      return list("plain", [phrase("ct-template"), OBJECTS[statement.type](textOf(statement.name))]);
    case "tproxy":
      return tproxyPhrase(statement);
    case "flow":
      return phrase("flow-offload", { value: nameOfContent(statement.flowtable, scope) });
    case "reset":
      return phrase("option-reset", { what: textOf(statement.option) });
  }
}

const OBJECTS: Readonly<Record<Of<"ct-object">["type"], (value: string) => Phrase>> = {
  helper: (value) => phrase("ct-set-helper", { value }),
  timeout: (value) => phrase("ct-timeout", { value }),
  expectation: (value) => phrase("ct-expects", { value }),
};

/** Without words of its own a reject answers as its table's family does (nftables src/evaluate.c, stmt_evaluate_reject_default). */
const REJECTS: ReadonlyMap<string, string> = new Map([
  ["ip", "icmp port-unreachable"],
  ["ip6", "icmpv6 port-unreachable"],
]);

function rejectText({ type, code }: Of<"reject">, { place }: NftScope): string {
  if (type === null) return REJECTS.get(place.table.family) ?? "icmpx port-unreachable";
  return code === null ? type : `${type} ${textOf(code)}`;
}

function queuePhrase({ queue, flags }: Of<"queue">): Part {
  const text = queue === null ? "0" : textOf(queue);
  const by =
    queue?.kind === "range" ? phrase("queue-balance", { value: text }) : phrase("queue-number", { value: text });
  return list("plain", [
    phrase("queue"),
    by,
    ...(flags.includes("fanout") ? [phrase("queue-fanout")] : []),
    ...(flags.includes("bypass") ? [phrase("queue-bypass")] : []),
  ]);
}

const SYN_OPTIONS: ReadonlyMap<string, (value: string) => Phrase> = new Map([
  ["mss", (value: string) => phrase("syn-mss", { value })],
  ["wscale", (value: string) => phrase("syn-wscale", { value })],
  ["timestamp", () => phrase("syn-timestamp")],
  ["sack-perm", () => phrase("syn-sack")],
  ["name", (value: string) => phrase("syn-named", { value })],
]);

function synproxyPhrase({ options }: Of<"synproxy">): Part {
  const said = options.map(([name, value]) => SYN_OPTIONS.get(name)?.(value) ?? `${name} ${value}`);
  return list("plain", [phrase("syn-proxy"), ...said]);
}

/** `dup to …` sends a copy, `fwd to …` the packet itself. */
function copyEffect({ kind, address, device }: Of<"dup" | "fwd">, scope: NftScope): Effect {
  const ends = kind === "fwd";
  const by = device === null ? null : fieldPhrase(device, scope);
  if (address === null) {
    const value = by ?? "";
    return { part: ends ? phrase("fwd-device", { value }) : phrase("dup-device", { value }), ends };
  }
  const value = fieldPhrase(address, scope);
  const sent = ends ? phrase("fwd-address", { value }) : phrase("tee", { value });
  return { part: by === null ? sent : list("plain", [sent, phrase("tee-device", { value: by })]), ends };
}

function tproxyPhrase({ address, port }: Of<"tproxy">): Phrase {
  const value = printTarget(address, port, {});
  const at = address === null ? phrase("tproxy-any", { value: portText(port) }) : phrase("tproxy-at", { value });
  return phrase("tproxy-socket", { at });
}

function portText(port: NftExpression | null): string {
  return port === null ? "" : textOf(port);
}

const UPDATES = { add: "set-adds", update: "set-renews", delete: "set-removes" } as const;

/** `update @seen { ip saddr timeout 1m : 0x1 }`. */
function elementPhrase(statement: Of<"set-update" | "meter">, scope: NftScope): Part {
  const { key, timeout, statements } = statement;
  const isMeter = statement.kind === "meter";
  const set = isMeter ? statement.name : nameOfContent(statement.set, scope);
  const data = isMeter ? null : statement.data;
  const what = fieldPhrase(key, scope);
  const done = isMeter ? phrase("set-renews", { what, set }) : phrase(UPDATES[statement.op], { what, set });
  const details = [
    ...(data === null ? [] : [phrase("set-gives", { value: fieldPhrase(data, scope) })]),
    ...(timeout === null ? [] : [phrase("set-keeps", { value: printTime(timeout) })]),
    ...(statements.some(({ kind }) => kind === "counter") ? [phrase("set-counts")] : []),
  ];
  return details.length === 0 ? done : list("plain", [done, ...details]);
}

/** An extension of iptables, by what the listing tells of it. */
export function xtText({ name, text }: Of<"xt">): string {
  return [name, text].filter((word) => word !== null).join(" ");
}
