import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hookwalk, session } from "./hookwalk.ts";

const NODE = "test/nodes/calico-slave2";
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hookwalk-diff-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The rules of the node after somebody changed them. */
function edited(change: (rules: string) => string): string {
  const path = join(folder, "iptables-save.txt");
  writeFileSync(path, change(readFileSync(`${NODE}/iptables-save.txt`, "utf8")));
  return path;
}

describe("hookwalk diff", () => {
  it("prints what the golden diff-text shows", async () => {
    const argv = ["diff", "-q", "-f", "test/nodes/calico-slave1", "-f", NODE];
    await expect(session(argv)).toMatchFileSnapshot("goldens/diff-text.txt");
  });

  it("names the one rule that was deleted, with its line on the node, as JSON too", () => {
    const path = edited((rules) => rules.replace(/^-A cali-pi-namespace-default .*-j DROP\n/m, ""));
    const ran = hookwalk(["diff", "-q", "-f", `${NODE}/iptables-save.txt`, "-f", path, "-o", "json"]);
    expect(ran.exitCode).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      apiVersion: "hookwalk.dev/v1",
      kind: "Diff",
      changes: [
        {
          listing: "iptables",
          section: "filter/cali-pi-namespace-default",
          change: "removed",
          from: { rule: 1, span: { file: "iptables-save.txt" } },
          to: null,
        },
      ],
      notCompared: [],
    });
  });

  it("exits 0 where nothing differs, and says what it could not compare", () => {
    const same = hookwalk(["diff", "-q", "-f", `${NODE}/iptables-save.txt`, "-f", edited((rules) => rules)]);
    expect([same.exitCode, same.stdout]).toEqual([0, "no difference\n"]);
    const part = hookwalk(["diff", "-q", "--lang", "zh", "-f", NODE, "-f", edited((rules) => rules)]);
    expect(part.stdout).toContain("ipset：未比较，B 中没有该列表");
  });

  it.each([[[]], [["-f", NODE]], [["-f", NODE, "-f", NODE, "-f", NODE]]])("wants two snapshots: %j", (argv) => {
    const ran = hookwalk(["diff", ...argv]);
    expect([ran.exitCode, ran.stderr]).toEqual([2, expect.stringContaining("-f A -f B")]);
  });

  it("names the packets that a deleted rule changes, proved and walked on both", async () => {
    const changed = join(folder, "node");
    cpSync(NODE, changed, { recursive: true });
    const rules = readFileSync(`${NODE}/iptables-save.txt`, "utf8");
    writeFileSync(join(changed, "iptables-save.txt"), rules.replace(/^-A cali-pi-namespace-default .*-j DROP\n/m, ""));
    const argv = ["diff", "-q", "--semantic", "-f", NODE, "-f", changed];
    const text = session(argv);
    await expect(text.replaceAll(changed, "CHANGED")).toMatchFileSnapshot("goldens/diff-semantic.txt");
    const ran = hookwalk([...argv, "-o", "json"]);
    expect(ran.exitCode).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ kind: "SemanticDiff", equal: false, tooLarge: [] });
  });

  it("shows the lines by which a node is not what its components write", () => {
    const intent = join(folder, "intent");
    cpSync("test/nodes/calico-slave1", intent, { recursive: true });
    const rendered = hookwalk(["render", "node", "-q", "-f", "test/nodes/calico-slave1/objects.yaml"]).stdout;
    writeFileSync(join(intent, "iptables-save.txt"), rendered);
    const lines = hookwalk(["diff", "-q", "-f", intent, "-f", "test/nodes/calico-slave1"]);
    expect([lines.stderr, lines.exitCode]).toEqual(["", 1]);
    expect(lines.stdout).toContain("nat/DOCKER");
  });

  it("proves that a node fares like itself", () => {
    const ran = hookwalk(["diff", "-q", "--semantic", "-f", NODE, "-f", NODE]);
    expect(ran.stdout).toContain("every packet fares alike on both: proved");
    expect(ran.exitCode).toBe(0);
  });
});
