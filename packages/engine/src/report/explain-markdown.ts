import type { Explanation } from "../explain/explanation.ts";
import type { Language } from "../messages/catalogue.ts";
import { explainSections } from "./explain-sections.ts";
import type { Section } from "./explain-sections.ts";

/** An explanation as Markdown: rules as indented code, everything else as prose. */
export function explainMarkdown(explanation: Explanation, language: Language): string {
  return explainSections(explanation, language).map(sectionText).join("\n");
}

function sectionText({ level, title, tag, code, paragraphs }: Section): string {
  const heading = `${"#".repeat(level + 1)} ${escaped(title)}${tag === null ? "" : ` ${escaped(tag.text)}`}\n`;
  // Indented code needs no fence that its content could close.
  const block = code === null ? "" : `\n    ${oneLine(code)}\n`;
  return heading + block + paragraphs.map((words) => `\n${escaped(words.map(({ text }) => text).join(""))}\n`).join("");
}

/** What Markdown would read as its own. */
function escaped(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]<>#|~]/g, "\\$&");
}

/** A comment may hold what ends a line, or what a terminal obeys. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, " ");
}
