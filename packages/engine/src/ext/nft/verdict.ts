import type { NftExpression, NftVerdict } from "../../model/nft.ts";

const VERDICTS: ReadonlySet<string> = new Set(["accept", "drop", "continue", "return", "jump", "goto"]);

/** Whether a map gives a verdict here, not a value. */
export function isVerdict(data: NftExpression | NftVerdict): data is NftVerdict {
  return VERDICTS.has(data.kind);
}
