import { describe, expect, it } from "vitest";
import { placesOf, policyCases } from "../objects.ts";
import { parseAttempt } from "../probe.ts";
import { evaluatorOf } from "./evaluate.ts";
import { flowOf } from "./flow-of.ts";

/** Case, from, to, what; read off the policies by a person. */
const SAID: readonly (readonly [name: string, from: string, to: string, what: string, isAllowed: boolean])[] = [
  ["none", "stranger", "data/db", "tcp/80", true],
  ["deny-ingress", "shop/web-1", "shop/cart", "tcp/80", false],
  ["deny-ingress", "shop/web-1", "data/db", "tcp/80", true],
  ["deny-ingress", "node", "shop/cart", "tcp/80", true],
  ["deny-egress", "shop/web-1", "partner", "udp/53", false],
  ["deny-egress", "data/db", "shop/web-1", "tcp/80", true],
  ["pod-selector", "shop/web-1", "shop/cart", "tcp/80", true],
  ["pod-selector", "ops/fake-web", "shop/cart", "tcp/80", false],
  ["namespace-and-pod", "shop/web-1", "data/db", "tcp/80", false],
  ["namespace-and-pod", "shop/cart", "data/db", "tcp/80", true],
  ["namespace-or-pod", "shop/web-1", "data/db", "tcp/80", true],
  ["namespace-or-pod", "data/cache", "data/db", "tcp/80", true],
  ["namespace-or-pod", "data/batch", "data/db", "tcp/80", false],
  ["all-namespaces", "ops/prom", "shop/web-1", "tcp/80", true],
  ["all-namespaces", "customer", "shop/web-1", "tcp/80", false],
  ["expressions", "data/batch", "data/cache", "tcp/80", true],
  ["expressions", "ops/prom", "data/cache", "tcp/80", false],
  ["port-range", "ops/prom", "shop/cart", "tcp/8090", true],
  ["port-range", "ops/prom", "shop/cart", "tcp/8091", false],
  ["named-port", "ops/prom", "shop/web-1", "tcp/8080", true],
  ["named-port", "ops/prom", "shop/web-1", "tcp/80", false],
  ["named-port", "ops/prom", "shop/web-2", "tcp/80", true],
  ["named-port-of-protocol", "ops/prom", "shop/cart", "udp/53", true],
  ["named-port-of-protocol", "ops/prom", "data/db", "udp/53", false],
  ["named-port-egress", "shop/web-1", "data/cache", "tcp/8080", true],
  ["named-port-egress", "shop/web-1", "data/db", "tcp/8080", false],
  ["ip-block-except", "customer", "shop/web-1", "tcp/80", true],
  ["ip-block-except", "stranger", "shop/web-1", "tcp/80", false],
  ["ip-block-of-everything", "data/db", "shop/web-1", "tcp/80", false],
  ["ip-block-of-everything", "ops/prom", "shop/web-1", "tcp/80", true],
  ["egress-and-ingress", "shop/web-1", "data/db", "tcp/80", false],
  ["egress-and-ingress", "shop/web-2", "data/db", "tcp/80", true],
  ["several-policies", "shop/web-1", "shop/cart", "tcp/80", true],
  ["several-policies", "shop/web-1", "shop/cart", "tcp/8080", false],
  ["calico-deny", "ops/fake-web", "data/db", "tcp/80", false],
  ["calico-deny", "ops/prom", "data/db", "tcp/80", true],
  ["calico-order", "ops/prom", "shop/web-1", "tcp/8080", true],
  ["calico-order", "ops/prom", "shop/web-1", "tcp/80", false],
  ["calico-equal-orders", "ops/prom", "shop/web-1", "tcp/8080", true],
  ["calico-equal-orders", "ops/prom", "shop/web-1", "tcp/80", false],
  ["calico-equal-orders", "ops/prom", "shop/web-1", "udp/53", false],
  ["calico-no-service-accounts", "stranger", "shop/cart", "tcp/80", true],
  ["calico-no-service-accounts", "shop/web-1", "shop/cart", "udp/53", false],
  ["calico-no-service-accounts", "ops/prom", "shop/cart", "udp/53", false],
  ["calico-before-kubernetes", "ops/prom", "shop/web-1", "tcp/8080", false],
  ["calico-before-kubernetes", "ops/prom", "shop/web-1", "udp/53", true],
  ["calico-namespaced", "ops/fake-web", "shop/cart", "tcp/80", false],
  ["calico-not-selector", "stranger", "data/db", "tcp/80", true],
  ["calico-not-selector", "stranger", "shop/cart", "tcp/80", false],
  ["calico-not-selector", "shop/web-1", "shop/cart", "tcp/80", true],
  ["calico-service-accounts", "shop/web-1", "shop/cart", "tcp/80", true],
  ["calico-service-accounts", "data/db", "shop/cart", "udp/53", true],
  ["calico-network-sets", "partner", "shop/web-1", "tcp/80", true],
  ["calico-network-sets", "customer", "shop/web-1", "udp/53", false],
  ["calico-network-sets", "customer", "shop/cart", "udp/53", true],
  ["calico-pass", "ops/prom", "shop/web-1", "udp/53", true],
  ["calico-pass", "ops/fake-web", "shop/web-1", "udp/53", false],
  ["tiers", "shop/cart", "shop/web-1", "udp/53", true],
  ["tiers", "shop/cart", "shop/web-1", "tcp/80", false],
  ["tiers", "ops/prom", "shop/web-1", "udp/53", false],
  ["tier-end-denies", "data/db", "shop/web-1", "tcp/80", false],
  ["tier-end-denies", "shop/cart", "shop/web-1", "tcp/80", true],
  ["tier-end-passes", "data/db", "shop/web-1", "tcp/80", true],
  ["three-tiers", "ops/prom", "data/cache", "tcp/8080", true],
  ["three-tiers", "shop/web-1", "data/cache", "tcp/8080", false],
  ["three-tiers", "shop/cart", "data/cache", "tcp/8080", true],
  ["three-tiers", "data/cache", "data/batch", "tcp/8080", true],
  ["none", "shop/web-1", "node", "tcp/80", false],
  ["pod-to-its-node", "shop/cart", "node", "tcp/80", false],
  ["pod-to-its-node", "shop/web-1", "node", "tcp/80", false],
  ["pod-to-its-node", "node", "shop/cart", "tcp/80", true],
  ["pod-to-its-node", "shop/cart", "n2", "tcp/80", false],
  ["pod-to-its-node", "shop/web-1", "n2", "tcp/80", true],
  ["egress-to-nodes", "shop/web-1", "n2", "udp/53", true],
  ["egress-to-nodes", "shop/web-1", "partner", "tcp/80", false],
  ["egress-to-nodes", "shop/web-1", "ops/probe", "tcp/80", true],
  ["pods-of-another-node", "shop/web-3", "shop/web-1", "tcp/80", true],
  ["pods-of-another-node", "shop/web-1", "shop/web-3", "tcp/8080", true],
  ["pods-of-another-node", "shop/web-1", "shop/web-3", "tcp/80", false],
  ["pods-of-another-node", "shop/cart", "shop/web-3", "tcp/80", true],
  ["pods-of-another-node", "ops/probe", "data/db", "tcp/8080", true],
  ["pods-of-another-node", "shop/web-3", "data/db", "tcp/8080", false],
  ["host-endpoint-of-another-node", "n2", "data/db", "tcp/80", true],
  ["host-endpoint-of-another-node", "ops/probe", "data/db", "tcp/80", false],
  ["host-endpoint-of-another-node", "n2", "data/cache", "tcp/80", false],
  ["host-endpoint-of-another-node", "shop/web-3", "data/cache", "tcp/80", true],
  ["host-endpoint-of-another-node", "shop/cart", "n2", "tcp/80", true],
  ["host-endpoint-of-another-node", "shop/cart", "partner", "tcp/80", false],
  ["host-endpoint-of-another-node", "shop/cart", "shop/web-3", "tcp/80", true],
];

const CASES = new Map(policyCases().map((one) => [one.name.replace(/^\d+-/, ""), one]));

describe("what policies mean, as a person reads them", () => {
  it.each(SAID)("%s: %s → %s %s", (name, from, to, what, isAllowed) => {
    const found = CASES.get(name);
    if (found === undefined) throw new Error(`no case ${name}`);
    const places = placesOf(found.state);
    const place = (wanted: string) => {
      const one = places.find((each) => each.name === wanted);
      if (one === undefined) throw new Error(`nobody is called ${wanted}`);
      return one;
    };
    const probe = { family: "ip", from: place(from), to: place(to), sport: 20_000, ...parseAttempt(what) } as const;
    expect(evaluatorOf(found.state).allows(flowOf(found.state, probe))).toBe(isAllowed);
  });

  it("of every case", () => {
    expect(CASES.size).toBeGreaterThanOrEqual(50);
    const policies = [...CASES.values()].map(
      ({ state }) => state.networkPolicies.length + state.calico.policies.length,
    );
    expect(policies.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(60);
  });
});
