import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { hookwalk, ROOT, session, withFiles } from "./hookwalk.ts";

const COMMANDS = [
  "trace",
  "show",
  "explain",
  "reach",
  "lint",
  "test",
  "diff",
  "render",
  "lab",
  "capture",
  "completion",
  "version",
];
const NODE = ["-f", "test/nodes/calico-slave2", "-q"];
const TO_DATABASE = ["--iif", "eth0", "--src", "192.168.8.129", "--dst", "192.168.202.3:3306"];

describe("help and version", () => {
  it.each([
    ["help", ["--help"]],
    ["help-trace", ["trace", "--help"]],
    ["help-show-chinese", ["show", "--help", "--lang", "zh"]],
  ])("prints what the golden %s shows", async (name, argv) => {
    await expect(session(argv)).toMatchFileSnapshot(`goldens/${name}.txt`);
  });

  it("is what docs/commands.md shows, of every command", async () => {
    const pages = ["", ...COMMANDS].map((command) => {
      const argv = [...(command === "" ? [] : [command]), "--help"];
      return `## ${["hookwalk", ...argv.slice(0, -1)].join(" ")}\n\n\`\`\`\n${hookwalk(argv).stdout}\`\`\`\n`;
    });
    const page = `# Commands\n\nMade from the option tables by \`npx vitest run --project cli -u\`; \`--lang zh\` prints the same in Chinese.\n\n${pages.join("\n")}`;
    await expect(page).toMatchFileSnapshot("../../docs/commands.md");
  });

  it("says its version in three ways", () => {
    expect(hookwalk(["--version"]).stdout).toBe("hookwalk 0.1.0\n");
    expect(hookwalk(["version"]).stdout).toBe("hookwalk 0.1.0\n");
    expect(JSON.parse(hookwalk(["version", "-o", "json"]).stdout)).toMatchObject({ kind: "Version", version: "0.1.0" });
  });

  it("prints help on standard error and exits 2 when nothing is asked", () => {
    const { stdout, stderr, exitCode } = hookwalk([]);
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toContain("Usage: hookwalk COMMAND");
  });
});

describe("errors", () => {
  it.each([
    ["no-such-command", ["tarce"]],
    ["no-such-option", ["trace", "--sorce", "10.0.0.1"]],
    ["missing-value", ["trace", "--src"]],
    ["bad-choice", ["trace", "-o", "xml"]],
    ["no-input", ["trace", "--iif", "eth0", "--src", "10.0.0.1", "--dst", "10.0.0.2:80"]],
    ["bad-packet", ["trace", ...NODE, "--src", "10.0.0.300", "--flags", "Q"]],
    ["no-such-file", ["show", "-f", "nowhere/node"]],
  ])("prints what the golden %s shows", async (name, argv) => {
    await expect(session(argv)).toMatchFileSnapshot(`goldens/error-${name}.txt`);
  });

  it("shows where a dump is wrong, with the line and a caret", async () => {
    const dump = "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m mark --mark -j DROP\n-A FORWARD -j ACCEPT\nCOMMIT\n";
    await expect(session(["show", "-f", "-"], { stdin: dump })).toMatchFileSnapshot("goldens/error-in-a-dump.txt");
  });

  it.each([
    ["what is no dump", "hello world\n"],
    ["nothing at all", ""],
    ["a binary file", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1])],
    ["a broken archive", gzipSync("x").subarray(0, 10)],
  ])("exits 3 for %s", (_, stdin) => {
    const { exitCode, stdout, stderr } = hookwalk(["show", "-f", "-"], { stdin });
    expect([exitCode, stdout]).toEqual([3, ""]);
    expect(stderr).toMatch(/^hookwalk: /m);
  });
});

describe("colour", () => {
  const trace = ["trace", ...NODE, ...TO_DATABASE];
  const isColoured = (text: string): boolean => text.includes("\u001b[");

  it("is left out on a pipe, and put in when forced", () => {
    expect(isColoured(hookwalk(trace).stdout)).toBe(false);
    expect(isColoured(hookwalk(trace, { env: { FORCE_COLOR: "1" } }).stdout)).toBe(true);
    expect(isColoured(hookwalk(trace, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } }).stdout)).toBe(false);
    expect(isColoured(hookwalk([...trace, "--color", "always"], { env: { NO_COLOR: "1" } }).stdout)).toBe(true);
  });

  it("never carries what words do not say", () => {
    // eslint-disable-next-line no-control-regex -- the colours are what is taken away
    const bare = hookwalk([...trace, "--color=always"]).stdout.replace(/\u001b\[[\d;]*m/g, "");
    expect(bare).toBe(hookwalk(trace).stdout);
  });
});

describe("completion", () => {
  it.each(["bash", "zsh", "fish"])("knows every command and option in %s", (shell) => {
    const { stdout } = hookwalk(["completion", shell]);
    for (const word of ["trace", "show", "icmp-type", "reply-iif", "iptables-save"]) expect(stdout).toContain(word);
    for (const command of COMMANDS) expect(stdout).toContain(command);
  });

  it("completes in a real bash", () => {
    const { stdout: script } = hookwalk(["completion", "bash"]);
    const program = `hookwalk() { '${process.execPath}' packages/cli/bin/hookwalk.js "$@"; }`;
    const complete = (line: string): readonly string[] => {
      const words = line.split(" ");
      const ask = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${String(words.length - 1)}; _hookwalk; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", `${program}\n${script}\n${ask}`], {
        cwd: ROOT,
        encoding: "utf8",
      });
      expect(stderr).toBe("");
      return stdout.trim().split("\n");
    };
    expect(complete("hookwalk tr")).toEqual(["trace"]);
    expect(complete("hookwalk trace --reply")).toEqual(["--reply-iif"]);
    expect(complete("hookwalk trace -o js")).toEqual(["json", "jsonl"]);
    expect(complete("hookwalk completion z")).toEqual(["zsh"]);
    expect(complete("hookwalk trace -f test/nodes#calico-s")).toEqual([
      "test/nodes#calico-slave1",
      "test/nodes#calico-slave2",
    ]);
  });

  it("has a shell that it knows", () => {
    expect(hookwalk(["completion", "csh"]).exitCode).toBe(2);
    expect(hookwalk(["completion"]).exitCode).toBe(2);
  });
});

describe("a snapshot", () => {
  const rules = "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -j DROP\nCOMMIT\n";
  const shown = "    1    -j DROP\n";

  it("may be a file, standard input, a packed file, or several of them", () => {
    withFiles({ "iptables-save.txt": rules, "rules.gz": gzipSync(rules) }, (room) => {
      for (const name of ["iptables-save.txt", "rules.gz", "."]) {
        expect(hookwalk(["show", "-f", join(room, name)]).stdout).toContain(shown);
      }
      expect(hookwalk(["show", "-f", "-"], { stdin: rules }).stdout).toContain(shown);
    });
  });

  it("may be an archive that tar made", () => {
    withFiles({ "iptables-save.txt": rules }, (room) => {
      for (const [archive, flags] of [
        ["node.tar", "-cf"],
        ["node.tar.gz", "-czf"],
        ["node.tgz", "-czf"],
      ] as const) {
        const { status } = spawnSync("tar", [flags, archive, "iptables-save.txt"], { cwd: room });
        expect(status).toBe(0);
        expect(hookwalk(["show", "-f", join(room, archive)]).stdout).toContain(shown);
      }
    });
  });

  it("may come through a pipe that the shell made", () => {
    const binary = join(ROOT, "packages/cli/bin/hookwalk.js");
    const { stdout } = spawnSync("bash", ["-c", `${process.execPath} ${binary} show -f <(printf '%s' "$RULES")`], {
      encoding: "utf8",
      env: { ...process.env, RULES: rules },
    });
    expect(stdout).toContain(shown);
  });
});

describe("the process", () => {
  it("is silent when the reader of its output goes away", () => {
    const binary = join(ROOT, "packages/cli/bin/hookwalk.js");
    const node = join(ROOT, "test/nodes/calico-slave2");
    const { stderr, stdout } = spawnSync("bash", ["-c", `${process.execPath} ${binary} show -q -f ${node} | head -1`], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toHaveLength(2);
  });

  it("ends with 130 when it is interrupted", () => {
    const binary = join(ROOT, "packages/cli/bin/hookwalk.js");
    const script = `${process.execPath} ${binary} show -f - < <(sleep 5) & sleep 1; kill -INT $!; wait $!`;
    expect(spawnSync("bash", ["-mc", script]).status).toBe(130);
  });

  it("keeps its launcher committed and executable", () => {
    expect(readFileSync(join(ROOT, "packages/cli/bin/hookwalk.js"), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});
