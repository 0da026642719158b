import { list, phrase } from "../../messages/explain/phrase.ts";
import type { Part, Phrase } from "../../messages/explain/phrase.ts";
import type { NftStatement } from "../../model/nft.ts";

type Log = Extract<NftStatement, { readonly kind: "log" }>;

const OPTIONS: ReadonlyMap<string, (value: string) => Phrase> = new Map([
  ["prefix", (value: string) => phrase("log-prefix", { value })],
  ["level", (value: string) => phrase("log-level", { value })],
  ["group", (value: string) => phrase("log-group", { value })],
  ["snaplen", (value: string) => phrase("log-size", { value })],
  ["queue-threshold", (value: string) => phrase("log-threshold", { value })],
]);

const FLAGS: ReadonlyMap<string, Phrase> = new Map([
  ["tcp sequence", phrase("log-sequence")],
  ["tcp options", phrase("log-tcp-options")],
  ["ip options", phrase("log-ip-options")],
  ["skuid", phrase("log-uid")],
  ["ether", phrase("log-mac")],
  ["all", phrase("log-everything")],
]);

/** With a group it goes by netlink, without one to the kernel's own log. */
export function logEffect({ options }: Log): Part {
  const given = new Map(options);
  if (given.get("level") === "audit") return phrase("audit-log");
  const verb = given.has("group") ? phrase("nflog") : phrase("log");
  return list("plain", [verb, ...options.map(optionPart)]);
}

function optionPart([name, value]: readonly [string, string]): Part {
  const said = name === "flags" ? FLAGS.get(value) : OPTIONS.get(name)?.(value);
  return said ?? `${name} ${value}`;
}
