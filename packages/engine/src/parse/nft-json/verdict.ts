import type { NftVerdict } from "../../model/nft.ts";
import type { Json } from "../json.ts";
import { onlyEntry, textAt } from "./reader.ts";

/** `{"accept": null}`, `{"jump": {"target": "x"}}`; null: no verdict. */
export function readVerdict(value: Json): NftVerdict | null {
  const [name, inner] = onlyEntry(value) ?? ["", value];
  switch (name) {
    case "accept":
    case "drop":
    case "continue":
    case "return":
      return { kind: name };
    case "jump":
    case "goto": {
      const chain = textAt(inner, "target");
      return chain === null ? null : { kind: name, chain };
    }
    default:
      return null;
  }
}
