import { readFileSync } from "node:fs";
import type { CalicoFinding, ChainCheck, Table } from "@hookwalk/engine";
import {
  calicoFindings,
  felixEra,
  parseIptablesSave,
  printRule,
  restoreLine,
  verifyCalico,
  verifyCalicoChain,
} from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { readNode } from "./node.ts";

const NODES = ["calico-slave1", "calico-slave2"];

/** Chain listings, one a paragraph, as people published them: the rules of one chain each, from its first on. */
function listings(name: string): readonly string[] {
  const text = readFileSync(new URL(`../fixtures/calico/${name}.txt`, import.meta.url), "utf8");
  return text.trim().split("\n\n");
}

function tablesOf(text: string): readonly Table[] {
  return parseIptablesSave(text, "rules").value;
}

function checked(text: string): readonly ChainCheck[] {
  return verifyCalico(tablesOf(text), printRule);
}

function findings(text: string): readonly CalicoFinding[] {
  return calicoFindings(tablesOf(text), printRule);
}

/** The iptables-save of a node, its rules edited: `edit` gets the lines of one chain of one table. */
function edited(
  node: string,
  table: string,
  chain: string,
  edit: (lines: readonly string[]) => readonly string[],
): string {
  const text = readFileSync(new URL(`${node}/iptables-save.txt`, import.meta.url), "utf8");
  let current = "";
  const lines = text.split("\n").filter((line) => !line.startsWith("#"));
  const inChain = lines.map((line) => {
    if (line.startsWith("*")) current = line.slice(1);
    return current === table && line.startsWith(`-A ${chain} `);
  });
  const first = inChain.indexOf(true);
  const last = inChain.lastIndexOf(true);
  return [...lines.slice(0, first), ...edit(lines.slice(first, last + 1)), ...lines.slice(last + 1)].join("\n");
}

function summary({ kind, table, chain, number, unverifiable }: CalicoFinding): readonly unknown[] {
  return [kind, `${table.name}/${chain.name}`, number, unverifiable];
}

describe("what Felix wrote", () => {
  it("every hash that the page of Felix 2.1 prints follows from its rule", () => {
    const rules = listings("felix-2.1").flatMap((listing) => checked(listing).flatMap((check) => check.rules));
    expect(rules).toHaveLength(92);
    expect(rules.filter(({ status }) => status !== "verified")).toEqual([]);
  });

  it("every hash of the rules of later versions follows, too", () => {
    const rules = listings("felix-later").flatMap((listing) => checked(listing).flatMap((check) => check.rules));
    expect(rules).toHaveLength(56);
    expect(rules.filter(({ status }) => status !== "verified")).toEqual([]);
  });

  it.each(NODES)("every rule of %s is as Felix wrote it, and nothing is missing", (node) => {
    const checks = verifyCalico(readNode(node).tables.ip ?? [], printRule);
    const rules = checks.flatMap((check) => check.rules);
    expect(rules.length).toBeGreaterThan(75);
    expect(rules.filter(({ status }) => status !== "verified")).toEqual([]);
    expect(checks.flatMap((check) => check.findings)).toEqual([]);
  });

  it("Felix's own spelling comes back from that of iptables-save", () => {
    const [check] = checked(
      '-A cali-wl-to-host -p udp -m comment --comment "cali:aEOMPPLgak2S0Lxs" -m multiport --sports 68 -m multiport --dports 67 -j ACCEPT',
    );
    expect(check?.rules[0]?.felixText).toBe(
      "-A cali-wl-to-host HASH -p udp -m multiport --source-ports 68 -m multiport --destination-ports 67 --jump ACCEPT",
    );
  });

  it("the hash says that Felix wrote 17 where iptables-save prints udp", () => {
    const text = listings("felix-later").find((listing) => listing.includes("cali:EDCNTTxYfggApx8C"));
    expect(checked(text ?? "")[0]?.rules[1]?.felixText).toContain(" -p 17 -m multiport --destination-ports 4789 ");
  });

  it.each([
    ["calico-slave1", "2.1.0", "2.1.2"],
    ["calico-slave2", "2.1.0", "2.1.2"],
  ])("%s was written by Felix %s or later, before %s", (node, since, before) => {
    const era = felixEra(verifyCalico(readNode(node).tables.ip ?? [], printRule));
    expect(era).toMatchObject({ since, before, contradictory: false });
    expect(era?.signs.map(({ sign }) => sign)).toContain("invalid-dropped-before-dispatch");
  });

  it("a table of Felix 3.30 is told from one of 3.28", () => {
    const raw = listings("felix-later").find((listing) => listing.includes("cali:DQ6LK2guiBRMyrLK")) ?? "";
    expect(felixEra(checked(`*raw\n${raw}\nCOMMIT`))).toMatchObject({ since: "3.30.0", before: null });
    const dispatch = listings("felix-later").find((listing) => listing.includes("cali:vvLgV90LIZd_T-gR")) ?? "";
    expect(felixEra(checked(`*filter\n${dispatch}\nCOMMIT`))).toMatchObject({ since: "3.17.0", before: null });
    expect(felixEra(checked("*filter\n-A INPUT -j ACCEPT\nCOMMIT"))).toBeNull();
  });
});

/** A search for what nobody can find takes seconds on a busy machine. */
const PATIENT = { timeout: 60_000 };

describe("what somebody else did", PATIENT, () => {
  it("names the edited rule, and what Felix wrote there", () => {
    const text = edited("calico-slave2", "filter", "cali-pri-profile-database", (lines) =>
      lines.map((line) => line.replace("--dports 3306", "--dports 22")),
    );
    const [finding, ...others] = findings(text);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: "edited",
      number: 2,
      unverifiable: 0,
      felixText:
        "-A cali-pri-profile-database HASH -p tcp -m set --match-set cali4-s:i357Nlxxj3AMBTQ4WyOllNt src -m multiport --destination-ports 3306 --jump MARK --set-mark 0x1000000/0x1000000",
    });
  });

  it("names two edited rules of one chain, each by itself", () => {
    const text = edited("calico-slave1", "filter", "cali-INPUT", (lines) =>
      lines.map((line) =>
        line.replace("INVALID -j DROP", "INVALID -j ACCEPT").replace("0x0/0x7000000", "0x0/0x3000000"),
      ),
    );
    expect(findings(text).map(summary)).toEqual([
      ["edited", "filter/cali-INPUT", 2, 0],
      ["edited", "filter/cali-INPUT", 5, 0],
    ]);
  });

  it("names the rule behind which one is missing, and the one that is missing", () => {
    const text = edited("calico-slave1", "filter", "cali-fw-cali0ef24b1", (lines) => lines.toSpliced(2, 1));
    const [finding, ...others] = findings(text);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: "missing",
      number: 3,
      lost: [
        {
          felixText: "-A cali-fw-cali0ef24b1 HASH -m mark --mark 0/0x2000000 --jump cali-po-namespace-default",
          hash: "c6bGtQzwKsoipZq6",
        },
      ],
    });
    const lost = finding?.kind === "missing" ? finding.lost[0] : undefined;
    expect(lost && restoreLine(lost.felixText, lost.hash)).toBe(
      '-A cali-fw-cali0ef24b1 -m comment --comment "cali:c6bGtQzwKsoipZq6" -m mark --mark 0/0x2000000 --jump cali-po-namespace-default',
    );
  });

  it("finds two rules that are missing side by side", () => {
    const text = edited("calico-slave1", "filter", "cali-tw-cali0ef24b2", (lines) => lines.toSpliced(2, 2));
    const [finding] = findings(text);
    expect(finding?.kind === "missing" && finding.lost.map(({ hash }) => hash)).toEqual([
      "gYCYQDxGIg_Gyv4K",
      "5LLftG0fHMKFeHSw",
    ]);
  });

  it("knows that a rule is missing even where it cannot say which", () => {
    const text = edited("calico-slave2", "filter", "cali-pri-profile-database", (lines) => lines.toSpliced(1, 1));
    expect(findings(text)).toMatchObject([{ kind: "missing", number: 2, lost: [] }]);
  });

  it("proves a missing rule of a policy with the names of the sets", () => {
    const text = edited("calico-slave2", "filter", "cali-pi-namespace-default", (lines) => lines.toSpliced(1, 1));
    expect(findings(text)).toMatchObject([{ kind: "missing", lost: [] }]);
    expect(calicoFindings(tablesOf(text), printRule, ["cali4-s:CEmFgJFwDvohR01JKvOkO8D"])).toMatchObject([
      { kind: "missing", number: 2, lost: [{ hash: "VTQ78plyA8u_8_YC" }] },
    ]);
  });

  it("tells rules that changed places from edited ones", () => {
    const text = edited("calico-slave1", "filter", "cali-FORWARD", ([a = "", b = "", c = "", ...rest]) => [
      a,
      c,
      b,
      ...rest,
    ]);
    const [finding, ...others] = findings(text);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ kind: "reordered", order: [1, 3, 2, 4, 5, 6, 7, 8, 9, 10, 11] });
    expect(finding?.kind === "reordered" && finding.rules).toHaveLength(1);
  });

  it("names the one rule that moved through the whole chain", () => {
    const text = edited("calico-slave1", "filter", "cali-OUTPUT", ([first = "", ...rest]) => [...rest, first]);
    expect(findings(text)).toMatchObject([{ kind: "reordered", rules: [7], order: [7, 1, 2, 3, 4, 5, 6] }]);
  });

  it("sees a changed hash for what it is", () => {
    const text = edited("calico-slave1", "filter", "cali-INPUT", (lines) =>
      lines.map((line) => line.replace("cali:mA3ZJKi9nadUmYVF", "cali:AAAAAAAAAAAAAAAA")),
    );
    expect(findings(text)).toMatchObject([
      { kind: "relabelled", number: 4, hash: "mA3ZJKi9nadUmYVF", unverifiable: 0 },
    ]);
  });

  it("sees a rule without a hash, and one that stands twice", () => {
    const foreign = edited("calico-slave1", "filter", "cali-INPUT", (lines) =>
      lines.toSpliced(1, 0, "-A cali-INPUT -s 10.0.0.0/8 -j ACCEPT"),
    );
    expect(findings(foreign).map(summary)).toEqual([["foreign", "filter/cali-INPUT", 2, 0]]);
    const twice = edited("calico-slave1", "filter", "cali-INPUT", (lines) => lines.toSpliced(3, 0, lines[1] ?? ""));
    expect(findings(twice)).toMatchObject([{ kind: "duplicated", number: 4, of: 2 }]);
  });

  it("sees that the page's listing of a workload's chain stops before its end", () => {
    const listing = listings("felix-2.1").find((each) => each.startsWith("-A cali-tw-cali0ef24b1")) ?? "";
    expect(findings(listing)).toMatchObject([{ kind: "truncated", number: 5, lost: { hash: "gVblbgwZekPXWleY" } }]);
  });

  it("names what iptables-nft left out when it printed the rule", () => {
    const listing = listings("felix-later").find((each) => each.includes("cali:5Z67OUUpTOM7Xa1a")) ?? "";
    const text = listing.replaceAll(/ -m mark (?:! )?--mark \S+/g, "");
    expect(findings(text)).toMatchObject([
      { kind: "edited", number: 1, felixText: "-A cali-OUTPUT HASH -m mark --mark 0x10000/0x10000 --jump ACCEPT" },
      { kind: "edited", number: 2 },
      { kind: "edited", number: 7 },
    ]);
  });

  it("checks what Felix inserts into a kernel chain and what it appends each by itself", () => {
    const [inserted = "", accept = "", mark = ""] = (listings("felix-later")[0] ?? "").split("\n");
    const foreign = "-A FORWARD -j DOCKER-USER";
    expect(findings([inserted, foreign, accept, foreign, mark].join("\n"))).toEqual([]);
    expect(findings([accept, mark, inserted].join("\n"))).toEqual([]);
    expect(findings([inserted, foreign, mark].join("\n"))).toMatchObject([
      { kind: "missing", number: 3, lost: [{ hash: "S93hcgKJrXEqnTfs" }] },
    ]);
    expect(findings([inserted, accept.replace("-j ACCEPT", "-j DROP"), mark].join("\n"))).toMatchObject([
      { kind: "edited", number: 2, unverifiable: 0 },
    ]);
  });

  it("says which rules cannot be checked where it does not know what was done", () => {
    const text = edited("calico-slave1", "filter", "cali-INPUT", (lines) =>
      lines.map((line) =>
        line.includes("INVALID")
          ? line.replace("-m conntrack --ctstate INVALID", "-m mark --mark 0x5/0x77 -m limit --limit 3/sec")
          : line,
      ),
    );
    expect(findings(text).map(summary)).toEqual([["unexplained", "filter/cali-INPUT", 2, 5]]);
    const check = checked(text).find(({ chain }) => chain.name === "cali-INPUT");
    expect(check?.rules.map(({ status }) => status)).toEqual(["verified", ...Array<string>(6).fill("unverifiable")]);
  });

  it("leaves a node alone that has no hashes, and chains that are not Felix's", () => {
    expect(findings("*filter\n-A cali-INPUT -j ACCEPT\n-A INPUT -j cali-INPUT\nCOMMIT")).toEqual([]);
    expect(checked("*filter\n-A KUBE-FORWARD -j ACCEPT\nCOMMIT")).toEqual([]);
  });

  it("checks one chain alone", () => {
    const [table] = tablesOf(edited("calico-slave1", "raw", "cali-OUTPUT", (lines) => lines.toReversed()));
    const chain = table?.chains.find(({ name }) => name === "cali-OUTPUT");
    if (table === undefined || chain === undefined) throw new Error("no cali-OUTPUT");
    expect(verifyCalicoChain(table, chain, printRule)?.findings).toMatchObject([
      { kind: "reordered", order: [3, 2, 1] },
    ]);
  });
});

describe("hostile dumps", PATIENT, () => {
  it("reads comments that pretend to be hashes", () => {
    for (const comment of ["cali:", "cali:__proto__", `cali:${"A".repeat(17)}`, "cali:a b"]) {
      const text = `*filter\n-A cali-INPUT -m comment --comment "${comment}" -j DROP\nCOMMIT`;
      expect(findings(text)).toMatchObject([{ number: 1 }]);
    }
  });
});
