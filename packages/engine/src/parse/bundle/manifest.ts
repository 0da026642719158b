import type { Parsed } from "../../model/diagnostic.ts";
import type { Manifest } from "../../model/snapshot.ts";
import { diagnosticsOf, newReport, say } from "../report.ts";
import { parseJsonObjects } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";

/** `manifest.json`. Keys that are not a manifest's are passed over. */
export function parseManifest(text: string, file: string): Parsed<Manifest | null> {
  const report = newReport(file, "manifest.json");
  const [object] = parseJsonObjects(text, report);
  if (object === undefined) {
    say(report, "bad-manifest", { file, line: 1 }, { file });
    return { value: null, diagnostics: diagnosticsOf(report) };
  }
  const manifest: Manifest = {
    host: textOf(object, "host"),
    time: textOf(object, "time"),
    kernel: textOf(object, "kernel"),
    tools: toolsOf(find(object, "tools")),
    notes: textsOf(find(object, "notes")),
  };
  return { value: manifest, diagnostics: diagnosticsOf(report) };
}

function find(object: JsonObject, key: string): Json | undefined {
  return object.entries.find(([name]) => name === key)?.[1];
}

function textOf(object: JsonObject, key: string): string | null {
  const value = find(object, key);
  return value?.kind === "scalar" && value.isString ? value.text : null;
}

/** Names come from the input: the object has no prototype that they could meet. */
function toolsOf(value: Json | undefined): Readonly<Record<string, string>> {
  const entries = value?.kind === "object" ? value.entries : [];
  return Object.fromEntries(entries.flatMap(([name, tool]) => (tool.kind === "scalar" ? [[name, tool.text]] : [])));
}

function textsOf(value: Json | undefined): readonly string[] {
  const items = value?.kind === "array" ? value.items : value === undefined ? [] : [value];
  return items.flatMap((item) => (item.kind === "scalar" ? [item.text] : []));
}
