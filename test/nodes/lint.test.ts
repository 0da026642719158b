import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lintChecks, lintSnapshot, SEVERITIES, speaker } from "@hookwalk/engine";
import type { Finding, Snapshot } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderNode } from "@hookwalk/engine/render";
import { describe, expect, it } from "vitest";
import { NODES, nodeNames, readNode } from "./node.ts";

/** Flaws of the programs themselves: their rules are so on every healthy node of that kind. */
const FLAWS: Readonly<Record<string, readonly string[]>> = {
  // Cilium writes the mark of the primary ENI on ACK without the routing rule for it.
  "ack-cilium": ["mark-never-read CILIUM_PRE_mangle/2"],
  // The policies of the document deny before they allow, as it says itself.
  "calico-slave1": ["shadowed-rule cali-pi-namespace-default/2", "shadowed-rule cali-pi-namespace-default/3"],
  "calico-slave2": [
    "shadowed-rule cali-pri-profile-database/2",
    "shadowed-rule cali-pri-profile-database/3",
    "shadowed-rule cali-pi-namespace-default/2",
    "shadowed-rule cali-pi-namespace-default/3",
  ],
};

/** What the node would be if nobody but its components had written on it. */
function renderedNode(name: string): Snapshot {
  const { value: state } = readObjects([
    { path: "objects.yaml", text: readFileSync(join(NODES, name, "objects.yaml"), "utf8") },
  ]);
  const { value } = renderNode(state);
  if (value === null) throw new Error("nothing was rendered");
  return value.snapshot;
}

function told({ check, where: { chain, rule, span } }: Finding): string {
  return `${check} ${chain === null ? `${span.file}:${String(span.line)}` : `${chain}/${String(rule)}`}`;
}

/** Each once: IPv6 has the same rules. */
function alarms(snapshot: Snapshot): readonly string[] {
  return [
    ...new Set(
      lintSnapshot(snapshot)
        .filter(({ severity }) => severity !== "info")
        .map(told),
    ),
  ];
}

it.each(nodeNames)("finds nothing wrong with %s as its components write it, but for flaws of theirs", (name) => {
  expect(alarms(renderedNode(name))).toEqual(FLAWS[name] ?? []);
});

it.each(nodeNames)("finds the flaws of %s in its dump", (name) => {
  expect(alarms(readNode(name))).toEqual(expect.arrayContaining([...(FLAWS[name] ?? [])]));
});

it("finds in the dumps what people did there", () => {
  expect(lintSnapshot(readNode("cilium-tunnel")).map(told)).toEqual(
    expect.arrayContaining([
      "duplicate-rule POSTROUTING/6",
      "whole-mark-overwrite PREROUTING/2",
      "whole-mark-overwrite PREROUTING/3",
      "whole-mark-overwrite POSTROUTING/2",
      "whole-mark-overwrite POSTROUTING/3",
    ]),
  );
  // `! -o lo` of Cilium 1.17 and later: nobody can write it otherwise.
  expect(lintSnapshot(readNode("ack-cilium")).map(told)).toContain(
    "output-interface-before-routing CILIUM_PRE_mangle/1",
  );
});

describe("docs/lint.md", () => {
  const text = readFileSync(join(NODES, "../../docs/lint.md"), "utf8");
  const sections = text.split(/^## /m).slice(1);
  const plain = (some: string): string => some.replaceAll(/\s+/g, " ");

  it("has a section for every check, in order", () => {
    expect(sections.map((section) => section.slice(0, section.indexOf("\n")))).toEqual(
      lintChecks.map(({ name }) => name).toSorted(),
    );
  });

  it.each(lintChecks)("says of $name what --explain says, with its example", ({ name, example }) => {
    const section = plain(sections.find((each) => each.startsWith(`${name}\n`)) ?? "");
    const { about, fix } = speaker("en").aboutCheck(name);
    expect(section).toContain(plain(about));
    for (const line of example) expect(section).toContain(plain(line));
    // A finding that is shown whole has its remedy in itself.
    if (!section.includes("```console")) expect(section).toContain(plain(fix));
  });

  it.each(lintChecks)("$name names the severities that its findings have", ({ name, severities }) => {
    const source = readFileSync(join(NODES, `../../packages/engine/src/lint/checks/${name}.ts`), "utf8");
    const body = source.replace(/severities: .*/, "");
    // The checks of devices have theirs in common.
    const named = SEVERITIES.filter((severity) => body.includes(`"${severity}"`));
    expect(named.length === 0 ? ["warning", "info"] : named).toEqual(severities);
  });
});
