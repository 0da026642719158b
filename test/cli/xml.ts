import { SaxesParser } from "saxes";

/** An element of an XML document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** Its own, between its children. */
  readonly text: string;
}

/** Reads a document as a strict reader does: what is not well-formed throws. */
export function parseXml(document: string): Element {
  const root: Building = { name: "", attributes: {}, children: [], text: "" };
  const open: Building[] = [root];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const element: Building = { name, attributes, children: [], text: "" };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("closetag", () => open.pop());
  parser.on("text", (text) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  });
  parser.write(document).close();
  const [only] = root.children;
  if (only === undefined) throw new Error("no element");
  return only;
}

interface Building extends Element {
  readonly children: Building[];
  text: string;
}
