import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { zipOf } from "../archives.ts";
import { expectCopied } from "./copied.ts";
import { ROOT, withShell } from "./hookwalk.ts";
import type { Shell } from "./hookwalk.ts";

const PAGES = [
  "README.md",
  "README.zh.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** What a page takes to be there beforehand; what is in this clone is there anyway. */
const BEFORE: Readonly<Record<string, (shell: Shell, room: string) => void>> = {
  "docs/diff.md": (shell) => {
    const { stderr, exitCode } = shell(`
      set -e
      for copy in intent node; do cp -r test/nodes/calico-slave1 $copy; done
      hookwalk render node -q -f test/nodes/calico-slave1/objects.yaml > intent/iptables-save.txt
      sed -i '/-A cali-pi-namespace-default .*-j DROP/d' node/iptables-save.txt
      cp test/render/kube-proxy/objects.yaml objects.yaml`);
    expect([stderr, exitCode]).toEqual(["", 0]);
  },
  "docs/snapshots.md": (_, room) => {
    const rules = readFileSync(join(ROOT, "test/nodes/calico-slave1/iptables-save.txt"), "utf8");
    const files = ["worker-1", "worker-2"].flatMap((node) => [
      { name: `sysdump/cilium-bugtool-${node}/cmd/hostname.md`, body: `${node}\n` },
      { name: `sysdump/cilium-bugtool-${node}/cmd/iptables-save--c.md`, body: rules },
    ]);
    writeFileSync(join(room, "cilium-sysdump.zip"), zipOf(...files));
  },
};

interface Session {
  readonly command: string;
  readonly output: string;
}

/** Commands behind a `$`, each with what stands below it up to the next or the end of the block. Ends with `…`: only begun. */
function sessionsOf(page: string): readonly Session[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/^\$ (.*)\n((?:(?!```|\$ ).*\n)*)/gm)]
    .map(([, command = "", output = ""]) => ({ command, output }))
    .filter(({ command }) => !command.endsWith("…"));
}

/** What is shown; a line `…` stands for any lines, `…` within one for any words. */
function patternOf(output: string): RegExp {
  const lines = output.split(/(?<=\n)/).map((line) => {
    if (line === "…\n") return "(?:.*\\n)*?";
    return line
      .split("…")
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`))
      .join(".*");
  });
  return new RegExp(`^${lines.join("")}$`);
}

describe.each(PAGES.filter((page) => sessionsOf(page).length > 0))("%s", (page) => {
  it("shows what the program prints", () => {
    withShell((shell, room) => {
      BEFORE[page]?.(shell, room);
      for (const { command, output } of sessionsOf(page)) {
        const { stdout, stderr } = shell(command);
        expect(stdout === "" ? stderr : stdout, command).toMatch(patternOf(output));
        expectCopied(stdout, shell);
      }
    });
  }, 600_000);
});

it("finds the sessions of the pages", () => {
  expect(PAGES.flatMap(sessionsOf).length).toBeGreaterThan(15);
});
