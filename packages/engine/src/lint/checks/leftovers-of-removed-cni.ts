import { routingRuleView } from "../../explain/node.ts";
import type { OwnerName } from "../../owners/owner.ts";
import type { Owner } from "../../owners/owner.ts";
import { owners } from "../../owners/owners.ts";
import type { CniConfig } from "../../model/cni.ts";
import type { Snapshot } from "../../model/snapshot.ts";
import { routesBy, signsOf } from "../cni-signs.ts";
import type { Check, Finding, RelatedPlace, Said, Subject } from "../finding.ts";
import { lineAt, routeLine, routingRuleLine, ruleLine, setLine } from "../lines.ts";

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

/** The plugin by which each is run alone. */
const PLUGIN: ReadonlyMap<OwnerName, string> = new Map([
  ["aws-vpc-cni", "aws-cni"],
  ["calico", "calico"],
  ["cilium", "cilium-cni"],
  ["flannel", "flannel"],
  ["terway", "terway"],
  ["weave", "weave-net"],
]);

/** What a CNI wrote on a node whose pods have another one. */
export const leftoversOfRemovedCni: Check = {
  name: NAME,
  severities: ["warning"],
  example: [
    "iptables-save.txt:8  -A cali-FORWARD -i cali+ -j cali-from-wl-dispatch",
    "iptables-save.txt:9  -A cali-from-wl-dispatch -j DROP",
  ],
  run(subject) {
    const inUse = byConfiguration(subject) ?? byWork(subject);
    if (inUse === null) return [];
    return owners.flatMap((owner) => {
      const expected = EXPECTED.get(owner.name);
      if (expected === undefined || inUse.plugins.some((plugin) => expected.has(plugin))) return [];
      return inUse.isGone(owner) ? findingsOf(owner, inUse.said(owner), subject) : [];
    });
  },
};

/** Who sets up the networks of pods here. */
interface InUse {
  readonly plugins: readonly string[];
  /** May what there is of this one be left over? */
  readonly isGone: (owner: Owner) => boolean;
  /** How it is known. */
  readonly said: (owner: Owner) => Said;
}

/** As the runtime is configured. Null: no configuration is shown, or one of a plugin of which nobody here knows what it is run beside. */
function byConfiguration({ snapshot }: Subject): InUse | null {
  const config = firstByName(snapshot.cni);
  if (config === null) return null;
  const { file, plugins } = config;
  const said: Said = { message: "cni-by-configuration", params: { file, plugins: plugins.join(", ") } };
  const isKnown = plugins.some((plugin) => OWN_PLUGINS.has(plugin));
  return { plugins, isGone: () => isKnown, said: () => said };
}

/** The runtime takes the first by name. */
function firstByName(cni: readonly CniConfig[] | null): CniConfig | null {
  return cni?.toSorted((a, b) => (a.file < b.file ? -1 : 1))[0] ?? null;
}

/**
 * By what is at work: rules that packets come to, and routes by devices of its own. Gone is who has no such route, and neither such a rule
 * nor, where there are such rules, any of the devices that they ask for. Null: nobody is at work, or nothing can be told.
 */
function byWork(subject: Subject): InUse | null {
  const signs = signsOf(subject);
  if (signs === null) return null;
  const working = owners.filter((owner) => {
    const { isRouted, isCalled } = signs(owner);
    return PLUGIN.has(owner.name) && isRouted && isCalled;
  });
  if (working.length === 0) return null;
  const titles = working.map(({ title }) => title).join(", ");
  return {
    plugins: working.flatMap(({ name }) => PLUGIN.get(name) ?? []),
    isGone(owner) {
      const { isRouted, isCalled, lacksDevices } = signs(owner);
      return !isRouted && (!isCalled || lacksDevices);
    },
    said: ({ title }) => ({ message: "cni-by-work", params: { owners: titles, owner: title } }),
  };
}

function findingsOf(owner: Owner, said: Said, subject: Subject): readonly Finding[] {
  const pieces = piecesOf(owner, subject);
  const [first] = pieces;
  if (first === undefined) return [];
  return [
    {
      check: NAME,
      severity: "warning",
      message: "leftovers-of-removed-cni",
      params: { owner: owner.title, count: pieces.length, why: said },
      where: lineAt(first.span),
      related: pieces.slice(0, MOST_SHOWN),
      witness: null,
    },
  ];
}

const MOST_SHOWN = 6;

/** Chains, sets, devices, routes and routing rules that are an owner's by their names. A rule that others write alike is none. */
function piecesOf(owner: Owner, { snapshot, node }: Subject): readonly RelatedPlace[] {
  const isOwn = (patterns: readonly { readonly name: RegExp }[], name: string): boolean =>
    patterns.some((pattern) => pattern.name.test(name));
  const { rules } = node();
  const ipset = owner.sets.filter(({ table }) => table === undefined);
  return [
    ...rules.filter(({ chain }) => isOwn(owner.chains, chain.name)).map(ruleLine),
    ...emptyChains(snapshot).filter(({ name }) => isOwn(owner.chains, name)),
    ...(snapshot.sets ?? []).filter(({ name }) => isOwn(ipset, name)).map(setLine),
    ...(snapshot.links ?? [])
      .filter(({ name }) => isOwn(owner.devices, name))
      .map(({ index, name, span }) => ({ span, text: `${String(index)}: ${name}` })),
    ...routesBy(owner, snapshot).map(routeLine),
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

/** Chains of iptables without a rule, as whoever flushes and does not delete them leaves them. */
function emptyChains({ tables }: Snapshot): readonly (RelatedPlace & { readonly name: string })[] {
  return [...(tables.ip ?? []), ...(tables.ip6 ?? [])].flatMap(({ chains }) =>
    chains
      .filter(({ policy, rules }) => policy === null && rules.length === 0)
      .map(({ name, span }) => ({ name, span, text: `:${name} - [0:0]` })),
  );
}
