import { readFileSync } from "node:fs";
import { join } from "node:path";
import { explainDocument, explainSnapshot, parseSnapshot, renderPhrase, speaker } from "@hookwalk/engine";
import type { Explanation, ExplainSelection, Language } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { layOut } from "../../packages/cli/src/terminal/layout.ts";
import { NODES } from "./node.ts";

const FOLDER = join(NODES, "../fixtures/kube-proxy-nft");
const listing = readFileSync(join(FOLDER, "nft-ruleset.txt"), "utf8");
const snapshot = parseSnapshot([{ path: "nft-ruleset.txt", text: listing }], { name: "kube-proxy" });

function text(explanation: Explanation, language: Language, width = 100): string {
  return layOut(explainDocument(explanation, speaker(language)), { colour: false, width });
}

/** Wide enough for a sentence to stand on one line. */
const WIDE = 10_000;

function explained(selection: ExplainSelection): Explanation {
  return explainSnapshot(snapshot, selection);
}

/** What nft 1.0.6 lists after loading a script of the shape that kube-proxy's nftables mode writes (1.31 and later). */
describe("kube-proxy in its nftables mode, explained", () => {
  it.each(["en", "zh"] as const)("reads as its golden does: %s", async (language) => {
    await expect(text(explained({ kind: "all" }), language)).toMatchFileSnapshot(
      join(FOLDER, `explain.${language}.txt`),
    );
  });

  const { owners, tables } = explained({ kind: "all" });

  it("is kube-proxy's in every piece, and every rule has a purpose of its own, but for plain jumps", () => {
    expect(owners.map(({ owner, variant }) => [owner.name, variant])).toEqual([["kube-proxy", "nftables"]]);
    const [table] = tables;
    expect(table?.owner?.name).toBe("kube-proxy");
    expect(table?.contents.filter(({ meaning }) => meaning === null)).toEqual([]);
    expect(table?.chains.filter(({ meaning }) => meaning === null)).toEqual([]);
    const without = table?.chains.flatMap(({ rules }) => rules.filter(({ purpose }) => purpose === null)) ?? [];
    expect(without.map(({ place }) => place.view.text)).toEqual([
      "jump services",
      "jump services",
      "jump masquerading",
    ]);
  });

  it("finds a rule, a chain with slashes in its name, a map and a mark", () => {
    const chain = "service-ULMVA6XW-ns1/svc1/tcp/p80";
    const rule = explained({ kind: "rules", family: "ip", table: "kube-proxy", chain, rule: 2 });
    expect(text(rule, "en", WIDE)).toContain(
      "with probability 1/3 (1) it goes to chain endpoint-QWIK434A-ns1/svc1/tcp/p80__10.180.1.2/80",
    );
    const map = explained({ kind: "rules", family: null, table: "kube-proxy", chain: "@service-ips", rule: null });
    expect(map.tables.flatMap(({ contents, chains }) => [contents.length, chains.length])).toEqual([1, 0]);
    expect(text(explained({ kind: "set", name: "cluster-ips" }), "en", WIDE)).toContain(
      "Used by ip/kube-proxy/cluster-ips-check/1.",
    );
    const [mark] = explained({ kind: "mark", mark: 0x4000 }).marks;
    const names = (
      places: readonly { readonly chain: { readonly name: string }; readonly number: number }[],
    ): readonly string[] => places.map((place) => `${place.chain.name}/${String(place.number)}`);
    expect(names(mark?.writers ?? [])).toEqual(["mark-for-masquerade/1"]);
    expect(names(mark?.clearers ?? [])).toEqual(["masquerading/2"]);
    expect(names(mark?.excluders ?? [])).toEqual(["masquerading/1"]);
  });

  it("follows maps of verdicts to who leads to a chain", () => {
    const chain = tables[0]?.chains.find(({ name }) => name === "service-ULMVA6XW-ns1/svc1/tcp/p80");
    expect(chain?.says.map((part) => renderPhrase(part, "en"))[0]).toBe(
      "Called by external-ULMVA6XW-ns1/svc1/tcp/p80 2, services 1.",
    );
  });
});
