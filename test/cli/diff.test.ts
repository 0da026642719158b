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

  it("shows a node against what should be there, as docs/diff.md does", () => {
    const [intent, node] = [join(folder, "intent"), join(folder, "live")];
    for (const copy of [intent, node]) cpSync("test/nodes/calico-slave1", copy, { recursive: true });
    const rendered = hookwalk(["render", "node", "-q", "-f", "test/nodes/calico-slave1/objects.yaml"]).stdout;
    writeFileSync(join(intent, "iptables-save.txt"), rendered);
    const rules = readFileSync(join(node, "iptables-save.txt"), "utf8");
    writeFileSync(join(node, "iptables-save.txt"), rules.replace(/^-A cali-pi-namespace-default .*-j DROP\n/m, ""));
    const ran = hookwalk(["diff", "-q", "--semantic", "-f", intent, "-f", node]);
    expect(ran.exitCode).toBe(1);
    const told = ran.stdout.replaceAll(intent, "intent").replaceAll(node, "node");
    const shown = /^\$ hookwalk diff .*\n([^…]*)…\n([^`]*)```/m.exec(readFileSync("docs/diff.md", "utf8"));
    expect(told.startsWith(shown?.[1] ?? "nothing is shown")).toBe(true);
    expect(told.endsWith(shown?.[2] ?? "nothing is shown")).toBe(true);
    const lines = hookwalk(["diff", "-q", "-f", intent, "-f", node]).stdout;
    expect(lines).toContain("filter/cali-pi-namespace-default");
    expect(lines).toContain("nat/DOCKER");
  }, 180_000);

  it("proves that a node fares like itself", () => {
    const ran = hookwalk(["diff", "-q", "--semantic", "-f", NODE, "-f", NODE]);
    expect(ran.stdout).toContain("every packet fares alike on both: proved");
    expect(ran.exitCode).toBe(0);
  });
});
