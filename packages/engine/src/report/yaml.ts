/** Any JSON value as YAML. The library is loaded when somebody really wants YAML. */
export async function printYaml(value: unknown): Promise<string> {
  const { stringify } = await import("yaml");
  return stringify(value, { lineWidth: 0 });
}
