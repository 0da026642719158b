import { describe, expect, it } from "vitest";
import { HookwalkError } from "../errors.ts";
import { commandRunner, runOrThrow } from "./command-runner.ts";

describe("command runner", () => {
  it("feeds standard input, fixes the locale and starts no shell", () => {
    const { status, stdout } = commandRunner.run(["sh", "-c", 'cat; printf %s "$LC_ALL$1"', "-", "$(id)"], {
      stdin: "in ",
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "in C$(id)" });
  });

  it("gives a failing command's status as an answer", () => {
    expect(commandRunner.run(["sh", "-c", "echo no >&2; exit 3"])).toEqual({ status: 3, stdout: "", stderr: "no\n" });
    expect(() => runOrThrow(commandRunner, ["sh", "-c", "echo no >&2; exit 3"])).toThrow(/status 3: no/);
  });

  it("names a program that is not there, and one that does not end", () => {
    expect(() => commandRunner.run(["/nonexistent/tool"])).toThrow(HookwalkError);
    expect(() => commandRunner.run(["sleep", "5"], { timeoutMs: 50 })).toThrow(/did not end/);
    expect(() => commandRunner.run(["yes"], { maxOutputBytes: 1000 })).toThrow(/could not be run/);
  });
});
