import type { NftFamily } from "../../model/nft.ts";
import { closeBlock, readBlock } from "./block.ts";
import { readDevices } from "./devices.ts";
import { takePriority } from "./priority.ts";
import { expectWord, isWord, takeIf, takeList, takeWord } from "./reader.ts";
import type { Reader } from "./reader.ts";
import type { FlowtableDraft } from "./ruleset-draft.ts";

/** `{ hook ingress priority filter; devices = { eth0, eth1 }; }`. */
export function readFlowtableBlock(reader: Reader, flowtable: FlowtableDraft, family: NftFamily): void {
  flowtable.handle = readBlock(reader, () => readProperty(reader, flowtable, family)) ?? flowtable.handle;
  closeBlock(reader);
}

function readProperty(reader: Reader, flowtable: FlowtableDraft, family: NftFamily): boolean {
  if (takeIf(reader, "hook")) {
    flowtable.hook = takeWord(reader);
    expectWord(reader, "priority");
    flowtable.priority = takePriority(reader, family);
  } else if (isWord(reader, "device") || isWord(reader, "devices")) flowtable.devices = readDevices(reader);
  else if (takeIf(reader, "counter")) flowtable.flags = [...flowtable.flags, "counter"];
  else if (takeIf(reader, "flags")) {
    takeList(reader, () => (flowtable.flags = [...flowtable.flags, takeWord(reader)]));
  } else return false;
  return true;
}
