import type { NftObject } from "../../model/nft.ts";
import { isJson, listOrOne, number, object, string } from "./json.ts";
import type { Entry, JsonText } from "./json.ts";
import { milliseconds } from "./stateful.ts";

/** What an object says beside its name. */
export function bodyEntries({ type, body }: NftObject): readonly Entry[] {
  return type === "synproxy"
    ? synproxyEntries(body)
    : body.map(([name, value]) => [name, printValue(type, name, value)]);
}

const SYNPROXY_NUMBERS: ReadonlySet<string> = new Set(["mss", "wscale"]);

/** Numbers each by its name, flags in a list. */
export function synproxyEntries(options: NftObject["body"]): readonly Entry[] {
  const [numbers, flags] = [true, false].map((isNumber) =>
    options.filter(([name]) => SYNPROXY_NUMBERS.has(name) === isNumber),
  );
  return [
    ...(numbers ?? []).map(([name, value]): Entry => [name, number(value)]),
    ["flags", (flags ?? []).length === 0 ? null : listOrOne((flags ?? []).map(([name]) => name))],
  ];
}

function printValue(type: string, name: string, value: string): JsonText {
  if (type === "ct expectation" && name === "timeout") return milliseconds(value);
  if (type === "ct timeout" && name === "policy") return policyOf(value);
  if (type === "secmark") return string(value);
  return isJson(value) ? value : string(value);
}

/** `established : 100, close : 5`. */
function policyOf(text: string): JsonText {
  const states = text.split(", ").map((state): Entry => {
    const [name = "", seconds = ""] = state.split(" : ");
    return [name, isJson(seconds) ? seconds : string(seconds)];
  });
  return object(...states);
}
