import type { Explanation } from "../explain/explanation.ts";
import type { Speaker } from "../messages/catalogue.ts";
import { phrase, renderPhrase } from "../messages/explain/phrase.ts";
import type { Document, Line } from "./document.ts";
import { blankLine, paragraph, textLine, word } from "./document.ts";
import { explainSections } from "./explain-sections.ts";
import type { Section } from "./explain-sections.ts";

/** An explanation for a terminal: a rule's place and owner, the rule as it stands, and the prose below it. */
export function explainDocument(explanation: Explanation, say: Speaker): Document {
  const lines: Line[] = [];
  for (const section of explainSections(explanation, say.language)) {
    if (lines.length > 0) lines.push(blankLine);
    for (const line of sectionLines(section)) lines.push(line);
  }
  if (lines.length > 0) return lines;
  return [textLine(0, word(renderPhrase(phrase("no-rules"), say.language), "faint"))];
}

function* sectionLines({ title, tag, code, paragraphs }: Section): Iterable<Line> {
  yield textLine(0, word(title, "strong"), ...(tag === null ? [] : [word("   "), tag]));
  if (code !== null) yield textLine(2, word(code));
  for (const words of paragraphs) yield paragraph(2, ...words);
}
