import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hookwalk, ROOT } from "./hookwalk.ts";

/** The sessions of a page: a command behind `$ npx hookwalk`, and what it prints up to the end of the block. */
function sessionsOf(page: string): readonly (readonly [command: string, output: string])[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/^\$ npx hookwalk (.*)\n((?:(?!```).*\n)*)/gm)].map(([, command = "", output = ""]) => [
    command,
    output,
  ]);
}

describe.each(["README.md", "README.zh.md"])("%s", (page) => {
  it("shows what the program prints", () => {
    const sessions = sessionsOf(page);
    expect(sessions.length).toBeGreaterThan(0);
    for (const [command, output] of sessions) expect(hookwalk([...command.split(" "), "-q"]).stdout).toBe(output);
  });
});
