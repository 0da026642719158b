import type { CniConfig } from "../../model/cni.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import { parseJsonObjects } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { diagnosticsOf, newReport, say } from "../report.ts";

/** A `.conflist`, or a `.conf` of one plugin; null: neither. Only who is called is kept. */
export function parseCni(text: string, file: string): Parsed<CniConfig | null> {
  const report = newReport(file, "CNI");
  const [object] = parseJsonObjects(text, report);
  const plugins = object === undefined ? [] : pluginsOf(object);
  if (object === undefined || plugins.length === 0) {
    say(report, "bad-cni", { file, line: 1 }, { file });
    return { value: null, diagnostics: diagnosticsOf(report) };
  }
  return { value: { file, name: textOf(object, "name") ?? "", plugins, text }, diagnostics: diagnosticsOf(report) };
}

function pluginsOf(object: JsonObject): readonly string[] {
  const list = find(object, "plugins");
  const items = list?.kind === "array" ? list.items : [object];
  return items.flatMap((item) => {
    const type = item.kind === "object" ? textOf(item, "type") : null;
    return type === null ? [] : [type];
  });
}

function find(object: JsonObject, key: string): Json | undefined {
  return object.entries.find(([name]) => name === key)?.[1];
}

function textOf(object: JsonObject, key: string): string | null {
  const value = find(object, key);
  return value?.kind === "scalar" && value.isString ? value.text : null;
}
