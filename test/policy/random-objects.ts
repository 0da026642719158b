/** Sets of policies at random, as text of objects: what they say is a small share of what the API lets say, but mixed. */
import fc from "fast-check";

/** A field that is there half of the time: absent ones are left out of the text. */
function maybe<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined, freq: 2 });
}

/** One that is there once in four. */
function seldom<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return maybe(value).chain((first) => (first === undefined ? fc.constant(undefined) : maybe(fc.constant(first))));
}

function oneOf<const T>(...values: readonly T[]): fc.Arbitrary<T> {
  return fc.constantFrom(...values);
}

function few<T>(value: fc.Arbitrary<T>, maxLength: number, minLength = 0): fc.Arbitrary<readonly T[]> {
  return fc.array(value, { minLength, maxLength });
}

const NAMESPACES = ["shop", "data", "ops"] as const;
const namespace = oneOf(...NAMESPACES);

/** Labels that somebody of the cluster has, and some that nobody has. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  app: ["web", "cart", "db", "cache", "prom", "none"],
  role: ["front", "back", "monitor"],
  tier: ["store"],
  track: ["canary"],
  who: ["partner", "customer"],
  "projectcalico.org/namespace": NAMESPACES,
};
const NAMESPACE_VALUES: Readonly<Record<string, readonly string[]>> = {
  team: NAMESPACES,
  env: ["prod", "test"],
  "projectcalico.org/name": NAMESPACES,
};
const ACCOUNT_VALUES: Readonly<Record<string, readonly string[]>> = {
  trust: ["low", "high"],
  "projectcalico.org/name": ["web", "cart", "monitor"],
};

/** Calico's language, over labels with these values. */
function selectorOver(
  values: Readonly<Record<string, readonly string[]>>,
  words: readonly string[],
): fc.Arbitrary<string> {
  const leaf = oneOf(...Object.keys(values)).chain((label) => {
    const value = oneOf(...(values[label] ?? []));
    return fc.oneof(
      fc.tuple(oneOf("==", "!="), value).map(([operator, one]) => `${label} ${operator} '${one}'`),
      fc.tuple(oneOf("in", "not in"), few(value, 2, 1)).map(([operator, several]) => {
        return `${label} ${operator} {${several.map((one) => `'${one}'`).join(", ")}}`;
      }),
      fc.tuple(oneOf("starts with", "ends with", "contains"), value).map(([operator, one]) => {
        return `${label} ${operator} '${operator === "ends with" ? one.slice(-2) : one.slice(0, 2)}'`;
      }),
      oneOf(`has(${label})`, `!has(${label})`, ...words),
    );
  });
  const { tree } = fc.letrec<{ readonly tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      leaf,
      fc.tuple(tie("tree"), oneOf("&&", "||"), tie("tree")).map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
      tie("tree").map((operand) => `!(${operand})`),
    ),
  }));
  return tree;
}

const selector = selectorOver(VALUES, ["all()"]);
const namespaceSelector = selectorOver(NAMESPACE_VALUES, ["all()"]);
const accountSelector = selectorOver(ACCOUNT_VALUES, ["all()"]);

const NETS_V4 = [
  "10.65.1.0/24",
  "10.65.0.0/16",
  "10.65.2.2/32",
  "203.0.113.0/25",
  "0.0.0.0/0",
  "192.0.2.11/32",
] as const;
const NETS_V6 = ["fd00:65:1::/64", "fd00:65::/32", "fd00:65:2::2/128", "2001:db8:113::/120", "::/0"] as const;
/** Of one family or of both. */
const nets = fc.oneof(
  few(oneOf(...NETS_V4), 2, 1),
  few(oneOf(...NETS_V6), 2, 1),
  few(oneOf(...NETS_V4, ...NETS_V6), 3, 1),
);

const PORTED = ["TCP", "UDP", "SCTP"] as const;
const ports = few(oneOf<number | string>(80, 8080, 53, "50:90", "8000:9000", "http", "lookup", "sql"), 3, 1);
/** Those that probes come from. */
const sourcePorts = few(oneOf<number | string>("20000:20400", "1:1023", "20000:65535"), 2, 1);

const who = {
  selector: maybe(selector),
  notSelector: seldom(selector),
  namespaceSelector: seldom(fc.oneof({ weight: 3, arbitrary: namespaceSelector }, oneOf("global()"))),
  serviceAccounts: seldom(
    fc.oneof(
      fc.record({ names: few(oneOf("web", "cart", "store"), 2, 1), selector: maybe(accountSelector) }),
      fc.record({ selector: accountSelector }),
      fc.constant({}),
    ),
  ),
  nets: seldom(nets),
  notNets: seldom(nets),
} as const;
const anybody = fc.record(who);

/** A protocol, with ports where it has some, or types of ICMP where it is that. */
const spoken = fc.oneof(
  fc.record({
    protocol: oneOf(...PORTED),
    source: fc.record({ ...who, ports: seldom(sourcePorts), notPorts: seldom(sourcePorts) }),
    destination: fc.record({ ...who, ports: maybe(ports), notPorts: seldom(ports) }),
  }),
  fc.record({
    protocol: oneOf<number | string>("ICMP", "ICMPv6", 6, 17, 132),
    source: anybody,
    destination: anybody,
  }),
  fc.record({ notProtocol: seldom(oneOf<number | string>(...PORTED, 17)), source: anybody, destination: anybody }),
  fc.record({
    protocol: oneOf("ICMP", "ICMPv6"),
    icmp: maybe(fc.record({ type: oneOf(0, 3, 8, 128), code: maybe(oneOf(0, 1)) })),
    notICMP: seldom(fc.record({ type: oneOf(0, 8, 128) })),
    source: anybody,
    destination: anybody,
  }),
);

const rule = fc
  .tuple(oneOf("Allow", "Allow", "Deny", "Pass", "Log"), seldom(oneOf(4, 6)), spoken)
  .map(([action, asked, rest]) => {
    // The API takes no other version with these.
    const protocol = "protocol" in rest ? rest.protocol : undefined;
    const own = protocol === "ICMP" ? 4 : protocol === "ICMPv6" ? 6 : asked;
    return { action, ipVersion: asked === undefined ? undefined : own, ...rest };
  });

const common = {
  selector: maybe(selector),
  types: seldom(fc.subarray(["Ingress", "Egress"], { minLength: 1 })),
  ingress: maybe(few(rule, 3)),
  egress: maybe(few(rule, 3)),
} as const;

const globalPolicy = fc.record({ ...common, namespaceSelector: seldom(namespaceSelector) });
const accountPolicy = fc.record({ ...common, serviceAccountSelector: seldom(accountSelector) });

type Object = Readonly<Record<string, unknown>>;

function calico(kind: string, metadata: Object, spec: Object): Object {
  return { apiVersion: "projectcalico.org/v3", kind, metadata, spec };
}

/**
 * Of one of these tiers. Several may have one order, or none, and then go by their names, not by their places in the file; but not a global one
 * and one of a namespace: which of these comes first the versions do not agree on.
 */
function policies(tiers: readonly string[]): fc.Arbitrary<readonly Object[]> {
  const one = fc.tuple(
    oneOf(...tiers),
    fc.oneof(
      fc
        .tuple(globalPolicy, oneOf(10, 520, 1010, 2000, undefined))
        .map(([spec, order]) => ["GlobalNetworkPolicy", {}, { ...spec, order }] as const),
      fc
        .tuple(namespace, accountPolicy, oneOf(5, 510, 1020, 3000))
        .map(([of, spec, order]) => ["NetworkPolicy", { namespace: of }, { ...spec, order }] as const),
    ),
  );
  return few(one, 5, 1)
    .map((all) =>
      all.map(([tier, [kind, place, spec]], at) => {
        const name = tier === "default" ? `p${String(at)}` : `${tier}.p${String(at)}`;
        return calico(kind, { name, ...place }, { ...spec, tier });
      }),
    )
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));
}

const matchLabels = fc.record({ app: maybe(oneOf("web", "cart", "db")), role: maybe(oneOf("front", "back")) });
const expressions = few(
  fc.oneof(
    fc.record({
      key: oneOf("app", "role"),
      operator: oneOf("In", "NotIn"),
      values: few(oneOf("web", "front", "back"), 2, 1),
    }),
    fc.record({ key: oneOf("track", "role"), operator: oneOf("Exists", "DoesNotExist") }),
  ),
  1,
);
const podSelector = fc.record({ matchLabels: maybe(matchLabels), matchExpressions: seldom(expressions) });
const teamSelector = fc.record({
  matchLabels: maybe(fc.record({ team: maybe(namespace), env: maybe(oneOf("prod")) })),
});
const peer = fc.oneof(
  fc.record({ podSelector, namespaceSelector: maybe(teamSelector) }),
  fc.record({ namespaceSelector: teamSelector }),
  oneOf(
    { ipBlock: { cidr: "10.65.0.0/16", except: ["10.65.1.0/24", "10.65.3.2/32"] } },
    { ipBlock: { cidr: "203.0.113.0/24" } },
    { ipBlock: { cidr: "fd00:65::/32", except: ["fd00:65:2::/64"] } },
    { ipBlock: { cidr: "0.0.0.0/0" } },
  ),
);
const servicePort = fc.oneof(
  fc.record({ protocol: maybe(oneOf(...PORTED)), port: maybe(oneOf<number | string>(80, 8080, 53, "http", "lookup")) }),
  oneOf({ port: 50, endPort: 90 }, { port: 8000, endPort: 9000, protocol: "UDP" }),
);

const kubernetesPolicies = few(
  fc.record({
    namespace,
    spec: fc.record({
      podSelector,
      policyTypes: seldom(fc.subarray(["Ingress", "Egress"], { minLength: 1 })),
      ingress: maybe(few(fc.record({ from: maybe(few(peer, 2)), ports: maybe(few(servicePort, 2)) }), 2)),
      egress: maybe(few(fc.record({ to: maybe(few(peer, 2)), ports: maybe(few(servicePort, 2)) }), 2)),
    }),
  }),
  2,
).map((all) =>
  all.map(({ namespace: of, spec }, at): Object => {
    return {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: `k${String(at)}`, namespace: of },
      spec,
    };
  }),
);

const networkSets = few(fc.record({ namespace: maybe(namespace), who: oneOf("partner", "customer"), nets }), 2).map(
  (all) =>
    all.map(({ namespace: of, who: label, nets: own }, at) => {
      const metadata = {
        name: `s${String(at)}`,
        labels: { who: label },
        ...(of === undefined ? {} : { namespace: of }),
      };
      return calico(of === undefined ? "GlobalNetworkSet" : "NetworkSet", metadata, { nets: own });
    }),
);

/** More pods than the cluster has, here and on the other node. */
const pods = few(
  fc.record({
    namespace,
    node: oneOf("n1", "n1", "n2"),
    labels: fc.record({
      app: maybe(oneOf("web", "db", "new")),
      role: maybe(oneOf("front", "back")),
      who: seldom(oneOf("partner")),
    }),
    account: maybe(oneOf("web", "cart", "store")),
    port: oneOf(80, 8080, 53),
  }),
  2,
).map((all) =>
  all.map(({ namespace: of, node, labels, account, port }, at): Object => {
    const [v4, v6] = [`10.65.4.${String(at + 1)}`, `fd00:65:4::${String(at + 1)}`];
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `extra-${String(at)}`, namespace: of, labels },
      spec: {
        nodeName: node,
        serviceAccountName: account,
        containers: [{ name: "c", ports: [{ name: "http", containerPort: port }] }],
      },
      status: { phase: "Running", podIP: v4, podIPs: [{ ip: v4 }, { ip: v6 }] },
    };
  }),
);

const tiers = fc.uniqueArray(
  fc.record({
    name: oneOf("security", "platform"),
    order: oneOf(10, 100, 2_000_000),
    defaultAction: maybe(oneOf("Deny", "Pass")),
  }),
  { maxLength: 2, selector: ({ name }) => name },
);

/** Objects beside the cluster's, as a file has them. `hasTiers`: in tiers of their own, too. */
export function randomObjects(hasTiers: boolean): fc.Arbitrary<string> {
  return (hasTiers ? tiers : fc.constant([])).chain((all) => {
    const names = all.map(({ name }) => name);
    const made = all.map(({ name, ...spec }) => calico("Tier", { name }, spec));
    return fc
      .tuple(policies(["default", ...names]), kubernetesPolicies, networkSets, pods)
      .map((parts) => [...made, ...parts.flat()].map((object) => JSON.stringify(object)).join("\n---\n"));
  });
}
