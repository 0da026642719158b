import { expectPunct, takeIf } from "./reader.ts";
import type { Reader } from "./reader.ts";

/** `device "eth0"`, `devices = { eth0, eth1 }`; nothing where neither stands here. */
export function readDevices(reader: Reader): readonly string[] {
  if (takeIf(reader, "device")) return namesIn(reader);
  if (!takeIf(reader, "devices")) return [];
  expectPunct(reader, "=");
  return namesIn(reader);
}

/** A name, a set of names, or a variable for either. */
function namesIn(reader: Reader): readonly string[] {
  const value = reader.concat(reader, "constant");
  const items = value.kind === "set" ? value.elements.map(({ key }) => key) : [value];
  return items.flatMap((item) => (item.kind === "literal" ? [item.text] : []));
}
