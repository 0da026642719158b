import { describe, expect, it } from "vitest";
import { phrases } from "../messages/explain/en.ts";
import { renderPhrase } from "../messages/explain/phrase.ts";
import type { PhraseId } from "../messages/explain/phrase.ts";
import type { RuleView } from "./evidence.ts";
import type { Owner } from "./owner.ts";
import { owners } from "./owners.ts";
import { recogniseOwners } from "./recognise.ts";
import type { Meaning, Recognition } from "./recognise.ts";

const rule = (table: string, chain: string, text: string, ...comments: readonly string[]): RuleView => ({
  table,
  chain,
  text,
  comments,
  leadsTo: /-[jg] ([A-Z]+[-_].*|cali-.*)$/.exec(text)?.slice(1) ?? [],
});

function node(chains: readonly (readonly [string, string])[], ...rules: readonly RuleView[]): Recognition {
  return recogniseOwners({
    chains: chains.map(([table, name]) => ({ table, name })),
    rules,
    tables: [],
    sets: [],
    routingRules: [],
  });
}

const CILIUM = node([["mangle", "CILIUM_PRE_mangle"]]);

function markOf(recognition: Recognition, value: number, mask = 0xffff_ffff): readonly string[] {
  return recognition
    .mark(value >>> 0, mask >>> 0, null)
    .map(({ means, params, owner }) => `${owner.name}: ${renderPhrase({ id: means, negated: false, params }, "en")}`);
}

describe("marks of Cilium", () => {
  it.each([
    [0x95a4_0200, 42133],
    [0x2342_0200, 16931],
    [0x1942_0200, 16921],
    [0x779b_0200, 39799],
    [0x8f3c_0200, 15503],
    [0x0392_0200, 37379],
  ])("name the proxy's port: %i", (mark, port) => {
    const half = `0x${(mark >>> 16).toString(16).padStart(4, "0")}`;
    expect(markOf(CILIUM, mark)).toEqual([
      "cilium: to a local proxy",
      `cilium: listening on port ${String(port)}: ${half} is ${String(port)} in network byte order`,
    ]);
  });

  it.each([
    [0x200, 0xf00, ["to a local proxy"]],
    [0xa00, 0xe00, ["from a proxy"]],
    [0xa00, 0xffff_feff, ["from a proxy", "without an identity"]],
    [0x800, 0xe00, ["the proxy's own connection to the server"]],
    [0xc00, 0xf00, ["from a process of this node"]],
    [0xd00, 0xf00, ["decrypted, or to be decrypted, by IPsec"]],
    [0xe00, 0xf00, ["to be encrypted"]],
    [0x80, 0x80, ["came in by the primary network card"]],
    // Identity 0x012345: its low 16 bits above, its high 8 below.
    [0x2345_0f01, 0xffff_ffff, ["carries the identity of a local pod, or of the DNS proxy", "identity 74565"]],
    [0x0042_0900, 0xffff_ffff, ["from a proxy in a pod's name", "endpoint 66"]],
  ])("mean what the bits 8 to 11 say: %i/%i", (value, mask, said) => {
    expect(markOf(CILIUM, value, mask)).toEqual(said.map((one) => `cilium: ${one}`));
  });

  it("say nothing of a mark that is not Cilium's", () => {
    expect(markOf(CILIUM, 0x21)).toEqual([]);
  });
});

describe("marks of others", () => {
  const kube = node([
    ["nat", "KUBE-MARK-MASQ"],
    ["nat", "KUBE-MARK-DROP"],
  ]);

  it("are said once although two writers share them", () => {
    expect(markOf(kube, 0x4000, 0x4000)).toEqual(["kube-proxy: to be masqueraded"]);
    expect(markOf(kube, 0x8000, 0x8000)).toEqual(["kube-proxy: to be dropped"]);
    expect(markOf(kube, 0, 0x4000)).toEqual(["kube-proxy: to be masqueraded"]);
  });

  it.each([
    ["ts-forward", 0x4_0000, 0xff_0000, "tailscale: forwarded from Tailscale's tunnel: to be masqueraded"],
    ["AWS-SNAT-CHAIN-0", 0x80, 0x80, "aws-vpc-cni: came in by the primary network card"],
    ["ISTIO_OUTPUT", 0x539, 0xfff, "istio: the sidecar's (1337)"],
    ["CNI-HOSTPORT-MASQ", 0x2000, 0x2000, "cni-plugins: came by a host port: to be masqueraded"],
  ])("of %s", (chain, value, mask, said) => {
    expect(markOf(node([["nat", chain]]), value, mask)).toEqual([said]);
  });

  it("of Calico are learned from the rules that use them, whichever bits those are", () => {
    const calico = (bit: string): Recognition =>
      node(
        [["filter", "cali-fw-cali1"]],
        rule("filter", "cali-fw-cali1", `-m mark --mark ${bit}/${bit} -j RETURN`, "Return if policy accepted"),
      );
    expect(markOf(calico("0x1000000"), 0x100_0000, 0x100_0000)).toEqual(["calico: accepted by policy"]);
    expect(markOf(calico("0x10000"), 0x1_0000, 0x1_0000)).toEqual(["calico: accepted by policy"]);
    expect(markOf(calico("0x10000"), 0x100_0000, 0x100_0000)).toEqual([]);
  });
});

describe("versions", () => {
  const versionsOf = (recognition: Recognition, name: Owner["name"]) =>
    recognition.present.find(({ owner }) => owner.name === name);
  const socket = (text: string): RuleView =>
    rule("mangle", "CILIUM_PRE_mangle", text, "cilium: any->pod redirect proxied traffic to host proxy");
  const tproxy = (address: string): RuleView =>
    rule(
      "mangle",
      "CILIUM_PRE_mangle",
      `-p tcp -m mark --mark 0x23420200 -j TPROXY --on-port 16931 --on-ip ${address} --tproxy-mark 0x200/0xffffffff`,
      "cilium: TPROXY to host cilium-dns-egress proxy",
    );

  it("of Cilium are told by the shapes of its rules", () => {
    const plain = socket("-m socket --transparent -j MARK --set-xmark 0x200/0xffffffff");
    const guarded = socket(
      "! -o lo -m socket --transparent -m mark ! --mark 0xe00/0xf00 -j MARK --set-xmark 0x200/0xffffffff",
    );
    const of = (...rules: readonly RuleView[]) =>
      versionsOf(node([["mangle", "CILIUM_PRE_mangle"]], ...rules), "cilium")?.versions;
    expect(of(plain, tproxy("127.0.0.1"))).toEqual({ from: "1.14", to: "1.15" });
    expect(of(plain, tproxy("0.0.0.0"))).toEqual({ from: null, to: "1.15" });
    expect(of(guarded, tproxy("127.0.0.1"))).toEqual({ from: "1.17", to: null });
    // An upgrade under way: no version writes both.
    expect(of(plain, guarded)).toBeNull();
    expect(of()).toBeNull();
  });

  it("of kube-proxy are told by its chains, and so is the mode", () => {
    const old = node([
      ["nat", "KUBE-FIREWALL"],
      ["nat", "KUBE-LOAD-BALANCER"],
    ]);
    expect(versionsOf(old, "kube-proxy")).toMatchObject({ versions: { from: null, to: "1.24" }, variant: "IPVS" });
    const ack = node([
      ["filter", "KUBE-IPVS-OUT-FILTER"],
      ["filter", "KUBE-PROXY-FIREWALL"],
    ]);
    expect(versionsOf(ack, "kube-proxy")).toMatchObject({ versions: { from: "1.29", to: null }, variant: "IPVS" });
    const iptables = node([["nat", "KUBE-SVC-NPX46M4PTMTKRN6Y"]]);
    expect(versionsOf(iptables, "kube-proxy")).toMatchObject({ versions: null, variant: "iptables" });
  });
});

describe("owners", () => {
  it("of a chain of one name differ by table", () => {
    expect(CILIUM.chain("nat", "KUBE-FIREWALL")?.owner.name).toBe("kube-proxy");
    expect(CILIUM.chain("filter", "KUBE-FIREWALL")?.owner.name).toBe("kubelet");
    expect(CILIUM.chain("filter", "MY-CHAIN")).toBeNull();
  });

  it("of a rule are told by its comment, by the chain that it leads to, or by that in which it stands", () => {
    const ownerOf = (view: RuleView) => CILIUM.rule(view).owner?.name ?? null;
    expect(ownerOf(rule("raw", "PREROUTING", "-j CILIUM_PRE_raw", "cilium-feeder: CILIUM_PRE_raw"))).toBe("cilium");
    expect(ownerOf(rule("filter", "FORWARD", "-j DOCKER-USER"))).toBe("docker");
    expect(ownerOf(rule("filter", "CILIUM_FORWARD", "-s 10.0.0.1/32 -j DROP"))).toBe("cilium");
    expect(ownerOf(rule("nat", "POSTROUTING", "-s 33.0.0.0/8 -j MASQUERADE"))).toBeNull();
  });

  it("tell a rule that the listing has cut", () => {
    const accept = (text: string): RuleView => rule("filter", "CILIUM_INPUT", text, "cilium: ACCEPT for proxy traffic");
    expect(CILIUM.rule(accept("-j ACCEPT")).isCut).toBe(true);
    expect(CILIUM.rule(accept("-m mark --mark 0x200/0xf00 -j ACCEPT")).isCut).toBe(false);
  });

  it("have a name of their own each", () => {
    expect(new Set(owners.map(({ name }) => name)).size).toBe(owners.length);
  });
});

/** What fills a message's holes are the named groups of its pattern. */
describe("patterns", () => {
  const patterns = owners.flatMap((owner) => [
    ...[owner.chains, owner.sets, owner.devices, owner.routingTables]
      .flat()
      .map(({ name, means }) => ({ from: [name], means })),
    ...owner.rules.map(({ chain, comment, text, means }) => ({ from: [chain, comment, text], means })),
    ...owner.routingRules.map(({ text, means }) => ({ from: [text], means })),
  ]);
  const holesOf = (id: PhraseId): readonly string[] =>
    [...phrases[id].matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);

  it.each(patterns.filter(({ means }) => holesOf(means).length > 0))("fill the holes of $means", ({ from, means }) => {
    const groups = from.flatMap((pattern) =>
      [...(pattern?.source ?? "").matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name),
    );
    expect(groups).toEqual(expect.arrayContaining([...holesOf(means)]));
  });
});

/** Names as upstream writes them; where, each owner's file says. */
describe("tables of nft itself", () => {
  const said = (meaning: Meaning | null): string | null =>
    meaning === null ? null : renderPhrase({ id: meaning.means, negated: false, params: meaning.params }, "en");
  const recognised = (table: string): Recognition =>
    recogniseOwners({ tables: [table], chains: [], rules: [], sets: [], routingRules: [] });

  it.each([
    ["kube-proxy", "endpoint-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80", "to endpoint 10.180.0.1/80"],
    ["kube-proxy", "service-ULMVA6XW-ns1/svc1/tcp/", "service ns1/svc1, port tcp/"],
    ["calico", "filter-cali-tw-cali0ef24b3", "what the workload behind cali0ef24b3 may receive"],
    ["calico", "raw-cali-PREROUTING", "before connection tracking"],
    ["calico", "nat-cali-fip-dnat", "floating address to workload"],
    ["docker-bridges", "filter-forward-in__br-0123456789ab", "may reach the containers of br-0123456789ab"],
    ["flannel-ipv6", "postrtg", "masquerades what pods send"],
    ["istio-proxy-nat", "istio-in-redirect", "redirects to the sidecar"],
    ["cni_hostport", "hostports", "host port"],
    ["firewalld", "filter_IN_public_allow", "a part of zone public"],
    ["firewalld", "filter_FWD_docker", "what zone docker lets through"],
    ["firewalld", "filter_IN_policy_allow-host-ipv6", "policies between zones"],
    ["libvirt_network", "guest_cross", "guests of one network"],
  ])("tell what chain %s %s is for", (table, chain, words) => {
    expect(said(recognised(table).chain(table, chain))).toContain(words);
  });

  it.each([
    ["calico", "cali40s-CEmFgJFwDvohR01JKvOkO8D", "what a selector of a policy selects"],
    ["calico", "filter-cali-from-wl-dispatch", "for each workload device"],
    ["docker-bridges", "filter-forward-in-jumps", "each bridge of Docker"],
    ["f2b-table", "addr6-set-sshd", "jail sshd"],
    ["kube-proxy", "service-ips", "the chain of that service"],
  ])("tell what is in %s %s", (table, set, words) => {
    expect(said(recognised(table).set(set, table))).toContain(words);
  });

  it("leave what has such a name in another table to its own owner", () => {
    expect(recognised("mine").set("service-ips", "mine")).toBeNull();
    expect(recognised("mine").chain("mine", "services")).toBeNull();
    expect(recognised("netavark").table("netavark")?.owner.name).toBe("podman");
  });

  it("keep what Felix says behind its hash", () => {
    const view: RuleView = {
      table: "calico",
      chain: "filter-cali-tw-cali0ef24b3",
      text: "meta mark & 0x00010000 == 0x00010000 counter return",
      comments: ["cali:CEmFgJFwDvohR01J; Return if policy accepted"],
      leadsTo: [],
    };
    const node = recogniseOwners({ tables: ["calico"], chains: [], rules: [view], sets: [], routingRules: [] });
    expect(said(node.rule(view).meaning)).toBe("A policy has allowed the packet.");
    expect(node.mark(0x1_0000, 0x1_0000, null).map(({ means }) => means)).toEqual(["calico-mark-accept"]);
  });
});
