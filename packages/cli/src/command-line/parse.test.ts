import { describe, expect, it } from "vitest";
import { speaker } from "@hookwalk/engine";
import { HookwalkError } from "../errors.ts";
import type { CommandTable } from "./command.ts";
import { parseCommandLine } from "./parse.ts";

const say = speaker("en");
const table: CommandTable = {
  name: "walk",
  summary: "trace",
  arguments: [{ name: "SHELL", required: true, choices: ["bash", "zsh"] }],
  options: {
    file: { kind: "values", short: "f", placeholder: "FILE", help: "option-file" },
    icmpType: { kind: "value", placeholder: "T", help: "option-icmp-type" },
    local: { kind: "flag", help: "option-local" },
    ipv4: { kind: "flag", short: "4", help: "option-ipv4" },
    output: { kind: "choice", short: "o", choices: ["text", "json"], help: "option-output" },
  },
  examples: [],
};

function parse(...argv: readonly string[]): ReturnType<typeof parseCommandLine> {
  return parseCommandLine(table, argv, say);
}

function problem(...argv: readonly string[]): HookwalkError {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof HookwalkError) return error;
    throw error;
  }
  throw new Error("nothing was wrong");
}

describe("parseCommandLine", () => {
  it("reads every kind of option, in any order with the arguments", () => {
    const { values, global, words } = parse(
      "-f",
      "a",
      "bash",
      "--icmp-type=8",
      "-4",
      "--file",
      "b",
      "-vv",
      "-o",
      "json",
    );
    expect(values).toMatchObject({ file: ["a", "b"], icmpType: "8", ipv4: true, local: false, output: "json" });
    expect(global.verbose).toBe(2);
    expect(words).toEqual(["bash"]);
  });

  it("gives absent options their absent values", () => {
    const { values, global } = parse("zsh");
    expect(values).toMatchObject({ file: [], icmpType: undefined, local: false, output: undefined });
    expect(global).toMatchObject({ verbose: 0, quiet: false, lang: undefined });
  });

  it.each([
    [["bash", "--icmp-typ", "8"], "there is no option --icmp-typ", "Did you mean --icmp-type?"],
    [["bash", "--nothing-like-it"], "there is no option --nothing-like-it", "--help"],
    [["bash", "--icmp-type"], "--icmp-type needs a value", "--help"],
    [["bash", "-o", "xml"], "--output must be one of text, json, not “xml”", ""],
    [["bash", "more"], "“more” is one argument too many", "--help"],
    [[], "the argument SHELL is missing", "--help"],
    [["csh"], "SHELL must be one of bash, zsh, not “csh”", "--help"],
  ])("says what is wrong with %j", (argv, message, hint) => {
    const error = problem(...argv);
    expect(error.message).toBe(message);
    expect(error.hint ?? "").toContain(hint);
    expect(error.exitCode).toBe(2);
  });

  it("wants no arguments where help is asked for", () => {
    expect(parse("--help").global.help).toBe(true);
  });
});
