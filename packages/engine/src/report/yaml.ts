/** Any JSON value as YAML. The library is loaded when somebody really wants YAML. */
export async function printYaml(value: unknown): Promise<string> {
  const { dump } = await import("js-yaml");
  return dump(value, { lineWidth: -1, noRefs: true, quoteStyle: "double" });
}
