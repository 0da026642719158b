import { routingRuleView } from "../../explain/node.ts";
import type { OwnerName } from "../../owners/owner.ts";
import type { Owner } from "../../owners/owner.ts";
import { owners } from "../../owners/owners.ts";
import type { CniConfig } from "../../model/cni.ts";
import type { Check, Finding, RelatedPlace, Subject } from "../finding.ts";
import { lineAt, routingRuleLine, ruleLine, setLine } from "../lines.ts";

const NAME = "leftovers-of-removed-cni";

/**
 * Who sets up pods' networks, by the plugins of whose configuration its pieces are expected: its own, and those that it is run
 * beside (Calico's policies over flannel, Terway or AWS VPC CNI; Cilium chained behind Terway).
 */
const EXPECTED: ReadonlyMap<OwnerName, ReadonlySet<string>> = new Map<OwnerName, ReadonlySet<string>>([
  ["aws-vpc-cni", new Set(["aws-cni"])],
  ["calico", new Set(["calico", "terway", "aws-cni", "azure-vnet", "ptp"])],
  ["cilium", new Set(["cilium-cni"])],
  ["flannel", new Set(["flannel", "calico", "canal"])],
  ["terway", new Set(["terway"])],
  ["weave", new Set(["weave-net"])],
]);
const OWN_PLUGINS: ReadonlySet<string> = new Set([...EXPECTED.values()].flatMap((plugins) => [...plugins]));

/** What a CNI wrote on a node whose runtime is set up for another one. */
export const leftoversOfRemovedCni: Check = {
  name: NAME,
  severities: ["warning"],
  example: [
    "iptables-save.txt:8  -A cali-FORWARD -i cali+ -j cali-from-wl-dispatch",
    "iptables-save.txt:9  -A cali-from-wl-dispatch -j DROP",
  ],
  run(subject) {
    const config = inUse(subject.snapshot.cni);
    const plugins = config?.plugins ?? [];
    // Of a plugin that nobody here knows it is not known what it is run beside.
    if (config === null || !plugins.some((plugin) => OWN_PLUGINS.has(plugin))) return [];
    return owners.flatMap((owner) => {
      const expected = EXPECTED.get(owner.name);
      if (expected === undefined || plugins.some((plugin) => expected.has(plugin))) return [];
      return findingsOf(owner, config, subject);
    });
  },
};

/** The runtime takes the first by name. */
function inUse(cni: readonly CniConfig[] | null): CniConfig | null {
  return cni?.toSorted((a, b) => (a.file < b.file ? -1 : 1))[0] ?? null;
}

function findingsOf(owner: Owner, config: CniConfig, subject: Subject): readonly Finding[] {
  const pieces = piecesOf(owner, subject);
  const [first] = pieces;
  if (first === undefined) return [];
  return [
    {
      check: NAME,
      severity: "warning",
      message: "leftovers-of-removed-cni",
      params: { owner: owner.title, plugins: config.plugins.join(", "), file: config.file, count: pieces.length },
      where: lineAt(first.span),
      related: pieces.slice(0, MOST_SHOWN),
      witness: null,
    },
  ];
}

const MOST_SHOWN = 6;

/** Chains, sets, devices and routing rules that are an owner's by their names. A rule that others write alike is none. */
function piecesOf(owner: Owner, { snapshot, node }: Subject): readonly RelatedPlace[] {
  const isOwn = (patterns: readonly { readonly name: RegExp }[], name: string): boolean =>
    patterns.some((pattern) => pattern.name.test(name));
  const { rules } = node();
  const ipset = owner.sets.filter(({ table }) => table === undefined);
  return [
    ...rules.filter(({ chain }) => isOwn(owner.chains, chain.name)).map(ruleLine),
    ...(snapshot.sets ?? []).filter(({ name }) => isOwn(ipset, name)).map(setLine),
    ...(snapshot.links ?? [])
      .filter(({ name }) => isOwn(owner.devices, name))
      .map(({ index, name, span }) => ({ span, text: `${String(index)}: ${name}` })),
    ...[...(snapshot.rules.ip ?? []), ...(snapshot.rules.ip6 ?? [])]
      .filter((rule) => {
        const view = routingRuleView(rule);
        return owner.routingRules.some(({ text, shared, priority: [from, to] = [0, Infinity] }) => {
          const isInOrder = view.priority >= from && view.priority <= to;
          return shared !== true && isInOrder && text.test(view.text);
        });
      })
      .map(routingRuleLine),
  ];
}
