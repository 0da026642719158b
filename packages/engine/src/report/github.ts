/** A workflow command of GitHub Actions, which becomes an annotation at a line of a file (actions/toolkit, packages/core/src/command.ts). */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly text: string;
}

export function printAnnotation({ level, file, line, title, text }: Annotation): string {
  const properties = [`file=${file}`, `line=${String(line)}`, `title=${title}`];
  return `::${level} ${properties.map(escapeProperty).join(",")}::${escapeData(text)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** Of a property's value; `=` between name and value may stand. */
function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
