import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hookwalk } from "./hookwalk.ts";

/** What needs no rights: the snapshot itself is a matter of test/kernel/capture.test.ts. */
describe("hookwalk capture", () => {
  let room = "";

  beforeAll(() => {
    room = mkdtempSync(join(tmpdir(), "hookwalk-capture-"));
  });

  afterAll(() => {
    rmSync(room, { recursive: true });
  });

  it("overwrites nothing", () => {
    const file = join(room, "mine.tar.gz");
    writeFileSync(file, "mine");
    const { stderr, exitCode } = hookwalk(["capture", "-o", file]);
    expect([exitCode, stderr]).toEqual([
      4,
      `hookwalk: cannot write ${file}: EEXIST: file already exists\n   Name another place with -o: a file or directory that is not there yet.\n`,
    ]);
    expect(readFileSync(file, "utf8")).toBe("mine");
    const full = hookwalk(["capture", "-o", room]);
    expect([full.exitCode, full.stderr]).toEqual([
      4,
      `hookwalk: ${room} is not empty\n   Two captures in one directory would be read as one node. Name another with -o.\n`,
    ]);
  });

  it("writes no form that it does not know", () => {
    const { stderr, exitCode } = hookwalk(["capture", "-o", join(room, "x.zip")]);
    expect([exitCode, stderr]).toEqual([
      2,
      `hookwalk: ${join(room, "x.zip")}: only .tar.gz, .tgz and directories are written\n`,
    ]);
  });

  it("says that there is nothing where no tool is installed, and leaves nothing behind", () => {
    const file = join(room, "none.tar.gz");
    const { stdout, stderr, exitCode } = hookwalk(["capture", "-o", file], { env: { PATH: room } });
    expect([stdout, exitCode, existsSync(file)]).toEqual(["", 4, false]);
    expect(stderr).toMatch(
      /^hookwalk: nothing could be captured: iptables-legacy-save is not installed\n {3}Run it as root/,
    );
  });
});
