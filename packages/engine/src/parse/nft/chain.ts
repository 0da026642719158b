import type { NftBaseChain, NftFamily } from "../../model/nft.ts";
import { closeBlock, readBlock } from "./block.ts";
import { readDevices } from "./devices.ts";
import { takePriority } from "./priority.ts";
import { expectWord, fail, failed, lookup, takeIf, takePunctIf, takeString, takeWord } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { readRule } from "./rule.ts";
import type { ChainDraft } from "./ruleset-draft.ts";

/** Words that stand in a table: where one starts a line of a chain, the chain was not closed. */
const OUTER: ReadonlySet<string> = new Set(["table", "chain", "map"]);

/** `{ type … ; RULES }`. */
export function readChainBlock(reader: Reader, chain: ChainDraft, family: NftFamily): void {
  const { scanner } = reader;
  scanner.inChain = true;
  chain.handle = readBlock(reader, () => readStatement(reader, chain, family), OUTER) ?? chain.handle;
  chain.rules = chain.rules.slice();
  scanner.inChain = false;
  closeBlock(reader);
}

function readStatement(reader: Reader, chain: ChainDraft, family: NftFamily): boolean {
  if (takeIf(reader, "type")) chain.base = readHook(reader, family) ?? chain.base;
  else if (takeIf(reader, "policy")) readPolicy(reader, chain);
  else if (reader.scanner.word === "comment" && reader.scanner.kind === "word") {
    takeWord(reader);
    const comment = takeString(reader);
    if (!failed(reader)) chain.comment = comment;
  } else chain.rules.push(readRule(reader));
  return true;
}

const TYPES: ReadonlyMap<string, NftBaseChain["type"]> = new Map([
  ["filter", "filter"],
  ["nat", "nat"],
  ["route", "route"],
]);

/** `type filter hook input [device "eth0"] priority filter`; `type` has been taken. */
function readHook(reader: Reader, family: NftFamily): NftBaseChain | null {
  const type = TYPES.get(takeWord(reader));
  if (type === undefined) fail(reader);
  expectWord(reader, "hook");
  const hook = takeWord(reader);
  const devices = readDevices(reader);
  expectWord(reader, "priority");
  const priority = takePriority(reader, family);
  if (failed(reader) || type === undefined) return null;
  return { type, hook, priority, devices, policy: "accept" };
}

/** `policy drop`; what it is a variable for was drop or accept, or nft would have refused it. */
function readPolicy(reader: Reader, chain: ChainDraft): void {
  const isVariable = takePunctIf(reader, "$");
  const word = takeWord(reader);
  const value = isVariable ? lookup(reader, word) : undefined;
  const policy = value?.kind === "literal" ? value.text : word;
  if (chain.base === null || (policy !== "accept" && policy !== "drop")) fail(reader);
  else chain.base = { ...chain.base, policy };
}
