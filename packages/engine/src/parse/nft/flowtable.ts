import type { NftFamily } from "../../model/nft.ts";
import { closeBlock, readBlock } from "./block.ts";
import { readDevices } from "./devices.ts";
import { takePriority } from "./priority.ts";
import { expectWord, failed, isWord, takeIf, takeWord, takeWords } from "./reader.ts";
import type { Reader } from "./reader.ts";
import type { FlowtableDraft } from "./ruleset-draft.ts";

/** `{ hook ingress priority filter; devices = { eth0, eth1 }; }`. */
export function readFlowtableBlock(reader: Reader, flowtable: FlowtableDraft, family: NftFamily): void {
  flowtable.handle = readBlock(reader, () => readProperty(reader, flowtable, family)) ?? flowtable.handle;
  closeBlock(reader);
}

function readProperty(reader: Reader, flowtable: FlowtableDraft, family: NftFamily): boolean {
  const change = changeHere(reader, flowtable, family);
  if (change !== null && !failed(reader)) Object.assign(flowtable, change);
  return change !== null;
}

function changeHere(reader: Reader, { flags }: FlowtableDraft, family: NftFamily): Partial<FlowtableDraft> | null {
  if (takeIf(reader, "hook")) {
    const hook = takeWord(reader);
    expectWord(reader, "priority");
    return { hook, priority: takePriority(reader, family) };
  }
  if (isWord(reader, "device") || isWord(reader, "devices")) return { devices: readDevices(reader) };
  if (takeIf(reader, "counter")) return { flags: [...flags, "counter"] };
  return takeIf(reader, "flags") ? { flags: [...flags, ...takeWords(reader)] } : null;
}
