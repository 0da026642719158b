import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { nodeNames } from "../nodes/node.ts";
import { expectCopied } from "./copied.ts";
import { hookwalk, withShell } from "./hookwalk.ts";
import type { Shell } from "./hookwalk.ts";

/** A busy machine is no failure: dozens of processes a node. */
const PATIENCE = 900_000;

/** Of every kind, so that every kind of packet is shown. */
const QUESTIONS = [
  "who can reach the node",
  "which packets are dropped or rejected",
  "which packets are untracked or masqueraded or dnatted",
  "which local or not local packets are sent or forwarded",
  "which state any from any packets reach dns or ssh",
  "which ip6 packets are accepted or dropped",
  "is every packet accepted",
];

/** None of them holds everywhere: each shows a packet then. */
const CLAIMS = ["never: delivered", "never: local sent", "never: ip6 accepted", "always: dropped", "always: forwarded"];

/** Options of `hookwalk trace`, as a line of a packet file has them. */
type Packet = Readonly<Record<string, unknown>>;

interface Span {
  readonly file: string;
  readonly line: number;
}

interface Outcome {
  readonly verdict: string;
  readonly delivery: string;
  readonly oif: string | null;
  readonly packet: object;
  readonly mark: string;
  readonly reason: string;
  readonly conditions: readonly object[];
  readonly steps: readonly { readonly kind: string; readonly span?: Span }[];
}

/** What an answer says of a packet; false: the walk says otherwise. */
type Claim = (outcomes: readonly Outcome[]) => boolean;

interface Shown {
  readonly snapshot: string;
  readonly packet: Packet;
  readonly claim: Claim;
}

/** What a shown outcome tells of the outcome of a walk. */
function told({ verdict, delivery, oif, packet, mark }: Outcome): object {
  return { verdict, delivery, oif, packet, mark };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What a command answers as JSON: each answer's own test holds its shape. */
function report(argv: readonly string[]): unknown {
  const { stdout, stderr } = hookwalk([...argv, "-q", "-o", "json"]);
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

interface ReachReport {
  readonly groups: readonly {
    readonly fate: Pick<Outcome, "verdict" | "delivery"> | null;
    readonly witness: {
      readonly packet: Packet;
      readonly outcome: Outcome;
      readonly conditions: readonly object[];
    } | null;
  }[];
}

function shownByReach(snapshot: string, questions = QUESTIONS): readonly Shown[] {
  return questions.flatMap((question) =>
    (report(["reach", "-f", snapshot, question]) as ReachReport).groups.flatMap(({ fate, witness }) => {
      expect(witness, question).not.toBeNull();
      if (witness === null) return [];
      const { packet, outcome, conditions } = witness;
      if (fate !== null) expect(outcome).toMatchObject({ verdict: fate.verdict, delivery: fate.delivery });
      const claim: Claim = (outcomes) =>
        outcomes.some(
          (walked) =>
            isSame(told(walked), told(outcome)) &&
            // Where nothing is open, every outcome of the walk is of the group.
            (conditions.length === 0 || isSame(walked.conditions, conditions)),
        );
      return [{ snapshot, packet, claim }];
    }),
  );
}

interface LintReport {
  readonly findings: readonly Finding[];
}

interface Finding {
  readonly check: string;
  readonly where: { readonly span: Span };
  readonly related: readonly { readonly span: Span }[];
  readonly witness: Packet | null;
}

/** What a walk has to show for the finding of a check; a check with witnesses that is not here fails. */
const SHOWS: Readonly<Record<string, (finding: Finding, outcome: Outcome) => boolean>> = {
  "shadowed-rule": isTakenBefore,
  "nat-after-accept": isTakenBefore,
  "masquerade-covers-pod-range": ({ where }, outcome) => matchedIn(outcome).includes(nameOf(where.span)),
  "policy-drop-with-cni": (_, { reason }) => reason === "policy",
  "rp-filter-asymmetric": (_, { reason }) => reason === "rp_filter",
};

/** It matches one of the rules that take it, and not the one that no packet gets to. */
function isTakenBefore({ where, related }: Finding, outcome: Outcome): boolean {
  const own = nameOf(where.span);
  const takers = related.map(({ span }) => nameOf(span)).filter((name) => name !== own);
  const matched = matchedIn(outcome);
  return matched.some((name) => takers.includes(name)) && !matched.includes(own);
}

function matchedIn({ steps }: Outcome): readonly string[] {
  return steps.flatMap(({ kind, span }) => (kind === "rule" && span !== undefined ? [nameOf(span)] : []));
}

function nameOf({ file, line }: Span): string {
  return `${file}:${String(line)}`;
}

function shownByLint(snapshot: string): readonly Shown[] {
  return (report(["lint", "-f", snapshot]) as LintReport).findings.flatMap((finding) =>
    finding.witness === null
      ? []
      : [
          {
            snapshot,
            packet: finding.witness,
            claim: (all) => all.some((one) => SHOWS[finding.check]?.(finding, one)),
          },
        ],
  );
}

interface SemanticDiff {
  readonly groups: readonly {
    readonly witness: {
      readonly packet: Packet;
      readonly before: readonly Outcome[];
      readonly after: readonly Outcome[];
    } | null;
  }[];
}

function shownByDiff(a: string, b: string): readonly Shown[] {
  return (report(["diff", "--semantic", "-f", a, "-f", b]) as SemanticDiff).groups.flatMap(({ witness }) => {
    // None of those that were tried came out so, and the answer says that.
    if (witness === null) return [];
    const { packet, before, after } = witness;
    expect(before.map(told)).not.toEqual(after.map(told));
    const sides = [
      [a, before],
      [b, after],
    ] as const;
    return sides.map(([snapshot, outcomes]): Shown => ({
      snapshot,
      packet,
      claim: (walked) => isSame(walked.map(told), outcomes.map(told)),
    }));
  });
}

/** Walks every packet by `hookwalk trace --packets`, and holds what was said of it against that. */
function expectConfirmed(shown: readonly Shown[]): void {
  for (const [snapshot, own] of byKey(shown, ({ snapshot }) => snapshot)) {
    const lines = own.map(({ packet }) => JSON.stringify(packet)).join("\n");
    const { stdout } = hookwalk(["trace", "-q", "-f", snapshot, "--packets", "-", "-o", "jsonl"], { stdin: lines });
    const traces = stdout.trimEnd().split("\n");
    expect(traces.length).toBe(own.length);
    for (const [index, { packet, claim }] of own.entries()) {
      const { outcomes } = JSON.parse(traces[index] ?? "null") as { readonly outcomes: readonly Outcome[] };
      expect(claim(outcomes), `${snapshot}: ${JSON.stringify(packet)}`).toBe(true);
    }
  }
}

function byKey<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

interface TestReport {
  readonly tests: readonly { readonly mismatches: readonly { readonly got: string }[] }[];
}

/** `accept (local): { iif: eth0, … }`: the packet is one that a test can have. */
const GOT = /^(\w+)(?: \((\w+)\))?: (\{.*\})$/;

function shownByTest(snapshot: string, room: string): readonly Shown[] {
  const path = join(room, "claims.yaml");
  const tests = CLAIMS.map((claim) => `  - { name: x, ${claim} }\n`).join("");
  const head = "apiVersion: hookwalk.dev/v1\nkind: PacketTests\nmetadata: { name: x }\ntests:\n";
  writeFileSync(path, head + tests);
  return (report(["test", "-f", snapshot, path]) as TestReport).tests.flatMap(({ mismatches }) =>
    mismatches.flatMap(({ got }) => {
      const [, verdict, delivery = "none", packet] = GOT.exec(got) ?? [];
      if (packet === undefined) return [];
      const claim: Claim = (all) => all.some((one) => one.verdict === verdict && one.delivery === delivery);
      return [{ snapshot, packet: parse(packet) as Packet, claim }];
    }),
  );
}

/** The node as its components would have written it. */
function rendered(objects: string, shell: Shell, room: string): string {
  const path = join(room, "rendered.tar");
  const { stderr } = shell(`hookwalk render node -q -f ${objects} -o snapshot > ${path}`);
  expect(stderr).toBe("");
  return path;
}

describe.each(nodeNames)("%s", (node) => {
  const path = `test/nodes/${node}`;

  it(
    "is shown by packets that trace confirms, as found and as rendered",
    () => {
      withShell((shell, room) => {
        const intent = rendered(`${path}/objects.yaml`, shell, room);
        const shown = [
          ...shownByReach(path),
          ...shownByReach(intent, QUESTIONS.slice(0, 3)),
          ...[path, intent].flatMap((snapshot) => [...shownByLint(snapshot), ...shownByTest(snapshot, room)]),
        ];
        const differing = shownByDiff(intent, path);
        expectConfirmed([...shown, ...differing]);
        expect([shown.length > 10, differing.length > 0]).toEqual([true, true]);
      });
    },
    PATIENCE,
  );

  it(
    "is shown by commands that do, copied as they stand there, what is said below them",
    () => {
      withShell((shell) => {
        for (const question of QUESTIONS.slice(0, 4))
          expectCopied(shell(`hookwalk reach -q -f ${path} "${question}"`).stdout, shell);
        expectCopied(shell(`hookwalk lint -q -f ${path}`).stdout, shell);
      });
    },
    PATIENCE,
  );
});

it.each(["test/render/kube-proxy/objects.yaml", "test/cli/fixtures/one-service.yaml"])(
  "%s, rendered, is shown by packets that trace confirms",
  (objects) => {
    withShell((shell, room) => {
      const path = rendered(objects, shell, room);
      expectConfirmed([...shownByReach(path), ...shownByLint(path), ...shownByTest(path, room)]);
    });
  },
  PATIENCE,
);
