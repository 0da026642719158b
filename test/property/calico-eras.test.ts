import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explainSnapshot, felixEra, parseSnapshot, printIptablesSave, printRule, verifyCalico } from "@hookwalk/engine";
import type { Family, Table } from "@hookwalk/engine";
import { compareVersions } from "../../packages/engine/src/owners/calico/felix-version.ts";
import type { FelixInput } from "../../packages/engine/src/render/calico/input.ts";
import { renderCalico } from "../../packages/engine/src/render/calico/render-calico.ts";
import { everything, everythingLater } from "../nodes/calico-render-input.ts";

/** The same nodes each time; another one finds others. */
const SEED = 20_261_126;

const MINORS = [
  ...[1, 2, 3, 4, 5, 6].map((minor) => `2.${String(minor)}`),
  ...Array.from({ length: 33 }, (_, at) => `3.${String(at)}`),
];
/** Releases that got what a later line brought. */
const PICKED = ["3.0.9", "3.0.12", "3.1.4", "3.1.7", "3.2.4", "3.2.8", "3.3.7", "3.5.7", "3.6.4", "3.7.4", "3.14.1"];
const VERSIONS = [...MINORS.map((minor) => `${minor}.0`), "2.1.2", ...PICKED];

/** Everything that a version writes, and less and less of it: what a node has not tells nothing. */
function nodeOf(version: string, family: Family, keeps: Readonly<Record<Part, boolean>>): FelixInput {
  const isFirst = compareVersions(version, "2.4.0") < 0;
  const whole = isFirst ? everything(family) : everythingLater(family, version);
  const { felix } = whole;
  return {
    ...whole,
    felix: {
      ...felix,
      version,
      ipip: keeps.tunnels ? felix.ipip : null,
      vxlan: keeps.tunnels ? felix.vxlan : null,
      ipvs: keeps.ipvs ? felix.ipvs : null,
      openStack: keeps.openStack ? felix.openStack : null,
      filterAllow: keeps.accepts || isFirst ? "ACCEPT" : "RETURN",
    },
    workloads: keeps.workloads ? whole.workloads : [],
    hosts: keeps.hosts ? whole.hosts : [],
    natOutgoing: keeps.nat,
  };
}

type Part = "tunnels" | "ipvs" | "openStack" | "accepts" | "workloads" | "hosts" | "nat";

const KEEPS = fc.record({
  tunnels: fc.boolean(),
  ipvs: fc.boolean(),
  openStack: fc.boolean(),
  accepts: fc.boolean(),
  workloads: fc.boolean(),
  hosts: fc.boolean(),
  nat: fc.boolean(),
});

/** The releases that explain reads off the rules, whose hashes it need not prove. */
function explained(tables: readonly Table[]): unknown {
  const snapshot = parseSnapshot([{ path: "iptables-save.txt", text: printIptablesSave(tables) }], { name: "n" });
  const { owners } = explainSnapshot(snapshot, { kind: "all" });
  return owners.find(({ owner }) => owner.name === "calico")?.versions;
}

function isWithin(version: string, from: string | null, to: string | null): boolean {
  return (from === null || compareVersions(from, version) <= 0) && (to === null || compareVersions(version, to) <= 0);
}

describe("rules of a version are recognised as that version's", () => {
  it.each(VERSIONS)("%s", (version) => {
    fc.assert(
      fc.property(KEEPS, fc.constantFrom<Family>("ip", "ip6"), (keeps, family) => {
        const tables = renderCalico(nodeOf(version, family, keeps));
        const era = felixEra(verifyCalico(tables, printRule));
        expect(era?.contradictory).toBe(false);
        expect(compareVersions(era?.since ?? "", version)).toBeLessThanOrEqual(0);
        if (era?.before !== null) expect(compareVersions(version, era?.before ?? "")).toBeLessThan(0);
        const minor = version.replace(/\.\d+$/, "");
        expect(explained(tables)).toSatisfy(({ from, to }: { from: string | null; to: string | null }) =>
          isWithin(minor, from, to),
        );
      }),
      { seed: SEED, numRuns: 2 },
    );
  });
});
