import { describe, expect, it } from "vitest";
import { chainMeaning, limitedName, policyGroupId, roleChainName, workloadInterface } from "./chain-names.ts";
import { namesSet, setId, setMeaning, setName } from "./set-names.ts";

describe("names of chains", () => {
  it.each([
    ["felix", "_2345", 10, "felix_kMQI"],
    ["felix", "12345678910", 13, "felix_Y2QCZIS"],
    ["felix", "1234", 10, "felix1234"],
    ["felix", "", 10, "felix_"],
  ])("%s and %s fit into %i characters", (prefix, suffix, max, name) => {
    expect(limitedName(prefix, suffix, max)).toBe(name);
  });

  // Names of nodes beside the comments that say in clear what they are for.
  it.each([
    ["profile-inbound", "ksa.kube-system.coredns", "cali-pri-_u2Tn2rSoAPffvE7JO6"],
    ["profile-inbound", "kns.calico-apiserver", "cali-pri-_kJqfZpgUe7r2t4A-14"],
    ["profile-outbound", "ksa.calico-apiserver.calico-apiserver", "cali-pro-_4yi5_iSUAwsU8zMHTk"],
    ["policy-inbound", "calico-apiserver/knp.default.allow-apiserver", "cali-pi-_3CJ_GmvE9pcCktVJ2ep"],
    ["policy-outbound", "namespace-default", "cali-po-namespace-default"],
    ["from-workload", "cali0ef24b1", "cali-fw-cali0ef24b1"],
  ] as const)("the chain of %s %s", (role, of, name) => {
    expect(roleChainName(role, of)).toBe(name);
    expect(chainMeaning(name)).toEqual({ role, of: name.endsWith(of) ? of : null });
  });

  it("say nothing where they are not of one policy or endpoint", () => {
    expect(chainMeaning("cali-FORWARD")).toBeNull();
    expect(chainMeaning("KUBE-FORWARD")).toBeNull();
    expect(chainMeaning("cali-thfw-eth0")).toEqual({ role: "to-host-forward", of: "eth0" });
  });

  it("of a group depend on every policy in it", () => {
    const group = { tier: "default", selector: "all()", direction: "inbound", policies: ["a", "b"] } as const;
    expect(policyGroupId(group)).toMatch(/^[\w-]{20}$/);
    const others = [
      { ...group, policies: ["b", "a"] },
      { ...group, direction: "outbound" as const },
      { ...group, tier: null },
    ];
    expect(new Set([group, ...others].map(policyGroupId)).size).toBe(4);
    expect(roleChainName("group-inbound", policyGroupId(group))).toHaveLength(28);
  });

  it("an interface is the namespace and the pod", () => {
    // printf kube-system.coredns-0 | sha1sum
    expect(workloadInterface("kube-system", "coredns-0")).toBe("cali8c346e38bf4");
  });
});

describe("names of sets", () => {
  it.each([
    ["cali4-s:CEmFgJFwDvohR01JKvOkO8D", 'namespace == "default"'],
    ["cali4-s:i357Nlxxj3AMBTQ4WyOllNt", '(namespace == "default" && service == "frontend")'],
  ])("%s holds the endpoints of %s", (name, selector) => {
    expect(setName("ip", setId("selector", selector), "-")).toBe(name);
    expect(namesSet(name, "selector", selector)).toBe(true);
    expect(namesSet(name, "selector", "all()")).toBe(false);
    expect(setMeaning(name)).toMatchObject({ family: "ip", format: "-", content: "selector" });
  });

  it("have a full digest behind the kind", () => {
    expect(setId("selector", "all()")).toBe("s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug");
    expect(setId("selector", "!(has(b) || !has(a))")).toBe("s:Iss0uCleLYv1GSv_pNm7hAO58kE9jAx1NKyG3Q");
  });

  it("may be plain words", () => {
    expect(setName("ip6", "all-hosts-net")).toBe("cali60all-hosts-net");
    expect(setMeaning("cali60all-hosts-net")).toEqual({
      family: "ip6",
      format: "0",
      content: null,
      id: "all-hosts-net",
    });
    expect(setMeaning("KUBE-CLUSTER-IP")).toBeNull();
    expect(setMeaning("cali4t17")).toBeNull();
  });
});
