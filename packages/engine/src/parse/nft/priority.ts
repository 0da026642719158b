import { priorityOf } from "../../ext/nft/priority.ts";
import type { NftFamily } from "../../model/nft.ts";
import { fail, lookup, takeNumber, takePunctIf } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { advance } from "./scanner.ts";

/** `filter`, `dstnat + 5`, `-150`, or a variable for one of them. */
export function takePriority(reader: Reader, family: NftFamily): number {
  if (takePunctIf(reader, "-")) return -takeNumber(reader);
  const base = takeBase(reader, family);
  if (takePunctIf(reader, "+")) return base + takeNumber(reader);
  return takePunctIf(reader, "-") ? base - takeNumber(reader) : base;
}

function takeBase(reader: Reader, family: NftFamily): number {
  const { scanner } = reader;
  const isVariable = takePunctIf(reader, "$");
  const value = isVariable ? lookup(reader, scanner.word) : undefined;
  const text = value?.kind === "literal" ? value.text : isVariable ? "" : scanner.word;
  const priority = /^-?\d{1,10}$/.test(text) ? Number(text) : priorityOf(text, family);
  if (priority === null) fail(reader);
  else advance(scanner);
  return priority ?? 0;
}
