import { describe, expect, it } from "vitest";
import { PLAIN, policy, policyRule, tier, workload } from "../../../../../test/nodes/calico-render-input.ts";
import { ruleHashes } from "../../owners/calico/rule-hash.ts";
import { contextOf } from "./context.ts";
import type { RenderContext } from "./context.ts";
import { dispatchChains, unknownInterface } from "./dispatch.ts";
import { hostFilterChains, hostRawChains, workloadChains } from "./endpoint-chains.ts";
import { felixText, spell } from "./iptables-dialect.ts";
import type { ChainSource, FelixChain } from "./felix-rule.ts";
import { staticFilterChains } from "./filter-chains.ts";
import { ANY_SIDE } from "./input.ts";
import type { FelixInput, FelixSettings, HostChains, PolicyRule } from "./input.ts";
import { staticNatChains } from "./nat-chains.ts";
import { policyChains } from "./policy-chains.ts";
import { renderCalico } from "./render-calico.ts";

function node(of: Partial<FelixInput> = {}, felix: Partial<FelixSettings> = {}): FelixInput {
  const nothing = { workloads: [], hosts: [], policies: [], profiles: [], natOutgoing: false, floatingIps: [] };
  return { family: "ip", felix: { ...PLAIN, ...felix }, ...nothing, blockedCidrs: [], ...of };
}

function host(of: Partial<HostChains>): HostChains {
  return { interface: "eth0", profiles: [], tiers: [], forward: [], untracked: [], preDnat: [], ...of };
}

function renderer(context: RenderContext) {
  return { context, policies: new Map() };
}

function madeOf(context: RenderContext, sources: readonly ChainSource[]): readonly FelixChain[] {
  return sources.flatMap(([, make]) => make(context));
}

function chain(chains: readonly FelixChain[], name: string): FelixChain {
  const found = chains.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no chain ${name}`);
  return found;
}

/** What is hashed, without what stands before it in every rule. */
function texts({ name, rules }: FelixChain): readonly string[] {
  return rules.map((rule) => felixText(name, spell(rule)).replace(`-A ${name} HASH `, ""));
}

function hashes({ name, rules }: FelixChain): readonly string[] {
  return ruleHashes(
    name,
    rules.map((rule) => felixText(name, spell(rule))),
  );
}

function inbound(rule: Partial<PolicyRule>, of: Partial<FelixInput> = {}): readonly string[] {
  const one = policy("p", { ingress: [policyRule("allow", rule)] });
  const context = contextOf(node(of));
  return texts(chain(madeOf(context, policyChains(context, one)), "cali-pi-p"));
}

describe("hashes of real nodes", () => {
  it("a child of the dispatch tree", () => {
    const tree = {
      chain: "cali-from-wl-dispatch",
      role: "from-workload",
      side: "in",
      end: [unknownInterface(contextOf(node()))],
    } as const;
    const chains = dispatchChains(contextOf(node()), tree, ["cali6f60a778e0b", "cali3579be14420", "cali6945b3c77c1"]);
    expect(hashes(chain(chains, "cali-from-wl-dispatch-6"))).toEqual([
      "51KYRHlKbzvZo9Tu",
      "K6kzaLeHUWg36Bzo",
      "BloWYvybf6fUB-zQ",
    ]);
    expect(texts(chain(chains, "cali-from-wl-dispatch"))).toEqual([
      "--in-interface cali3579be14420 --goto cali-fw-cali3579be14420",
      "--in-interface cali6+ --goto cali-from-wl-dispatch-6",
      '-m comment --comment "Unknown interface" --jump DROP',
    ]);
  });

  it("NAT outgoing", () => {
    const outgoing = node({ natOutgoing: true });
    const chains = staticNatChains(contextOf(outgoing), outgoing);
    expect(hashes(chain(chains, "cali-nat-outgoing"))).toEqual(["Wd76s91357Uv7N3v"]);
  });

  it("NAT outgoing to an address of IPv6, which stands in brackets before its ports", () => {
    const felix = { natOutgoingAddress: (0xfd00n << 112n) | 9n, natPortRange: { from: 5, to: 7 }, randomFully: false };
    const outgoing = node({ natOutgoing: true, family: "ip6" }, felix);
    const rules = texts(chain(staticNatChains(contextOf(outgoing), outgoing), "cali-nat-outgoing"));
    const sources = rules.flatMap((text) => /--to-source (.*)/.exec(text)?.[1] ?? []);
    expect(sources).toEqual(["[fd00::9]:5-7", "[fd00::9]:5-7", "fd00::9"]);
    expect(renderCalico(outgoing).find(({ name }) => name === "nat")?.rules).not.toEqual([]);
  });

  it("the first failsafe", () => {
    const chains = staticFilterChains(contextOf(node()), []);
    expect(hashes(chain(chains, "cali-failsafe-in"))).toEqual(["wWFQM43tJU7wwnFZ"]);
  });

  it("INPUT of 2.1.2, with IPIP", () => {
    const ipip = node({}, { version: "2.1.2", ipip: { hasTunnelAddress: false } });
    expect(hashes(chain(staticFilterChains(contextOf(ipip), []), "cali-INPUT")).slice(0, 3)).toEqual([
      "46gVAqzWLjH8U4O2",
      "aR-jVK2O7VHKhzJt",
      "gVjPMLEBhhpD4I0U",
    ]);
  });
});

describe("a policy's rule", () => {
  it("asks in Felix's order, what is negated behind everything else", () => {
    const net = (address: number) => [{ address, length: 8 }];
    const all = ["s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug"];
    expect(
      inbound({
        action: "deny",
        protocol: "TCP",
        source: { ...ANY_SIDE, nets: net(0x0a01_0203), ports: [{ from: 1, to: 9 }], notSets: all },
        destination: {
          ...ANY_SIDE,
          notNets: net(0x0b00_0000),
          sets: all,
          notPorts: [{ from: 80, to: 80 }],
        },
      }),
    ).toEqual([
      "-p tcp --source 10.0.0.0/8 -m multiport --source-ports 1:9 -m set --match-set cali4-s:5y5I3VdRZfDU01O--xXAPx2 dst " +
        "-m set ! --match-set cali4-s:5y5I3VdRZfDU01O--xXAPx2 src ! --destination 11.0.0.0/8 " +
        "-m multiport ! --destination-ports 80 --jump DROP",
    ]);
  });

  it("sets a mark, and acts on it", () => {
    expect(inbound({ action: "pass", notProtocol: 17 })).toEqual([
      "! -p 17 --jump MARK --set-mark 0x2000000/0x2000000",
      "-m mark --mark 0x2000000/0x2000000 --jump RETURN",
    ]);
    expect(inbound({ action: "log" })).toEqual(['--jump LOG --log-prefix "calico-packet: " --log-level 5']);
  });

  it("becomes one for every fifteen places of a port list, and every pair of lists", () => {
    const of = (count: number) => Array.from({ length: count }, (_, at) => ({ from: 10 * at, to: 10 * at + (at % 2) }));
    const source = { ...ANY_SIDE, ports: of(11) };
    // 0, 10:11, 20 … 90:91 are fifteen places; 100 is the sixteenth.
    const all = inbound({ action: "deny", source, destination: source });
    expect(all).toHaveLength(4);
    expect(all[1]).toBe(
      "-m multiport --source-ports 0,10:11,20,30:31,40,50:51,60,70:71,80,90:91 -m multiport --destination-ports 100 --jump DROP",
    );
    // Negated lists stand side by side in one rule.
    expect(inbound({ action: "deny", source: { ...ANY_SIDE, notPorts: of(11) } })).toHaveLength(1);
  });

  it("is of a family", () => {
    const icmp = { type: 3, code: 4 };
    expect(inbound({ action: "deny", icmp })).toEqual(["-m icmp --icmp-type 3/4 --jump DROP"]);
    expect(inbound({ action: "deny", notIcmp: icmp }, { family: "ip6" })).toEqual([
      "-m icmp6 ! --icmpv6-type 3/4 --jump DROP",
    ]);
    expect(inbound({ family: "ip6" })).toEqual([]);
    const notNets = [{ address: 1n, length: 128 }];
    expect(inbound({ source: { ...ANY_SIDE, notNets } })).toEqual([]);
  });
});

describe("an endpoint", () => {
  const endpoint = host({ tiers: tier(["a"]), profiles: ["b"], untracked: tier(["c"]) });

  it("of the host: failsafes first, and to it is out", () => {
    const context = contextOf(node());
    const chains = madeOf(context, hostFilterChains(renderer(context), endpoint));
    expect(texts(chain(chains, "cali-th-eth0"))).toEqual([
      "--jump cali-failsafe-out",
      "--jump MARK --set-mark 0/0x1000000",
      '-m comment --comment "Start of policies" --jump MARK --set-mark 0/0x2000000',
      "-m mark --mark 0/0x2000000 --jump cali-po-a",
      '-m comment --comment "Return if policy accepted" -m mark --mark 0x1000000/0x1000000 --jump RETURN',
      '-m comment --comment "Drop if no policies passed packet" -m mark --mark 0/0x2000000 --jump DROP',
      "--jump cali-pro-b",
      '-m comment --comment "Return if profile accepted" -m mark --mark 0x1000000/0x1000000 --jump RETURN',
      '-m comment --comment "Drop if no profiles matched" --jump DROP',
    ]);
  });

  it("untracked: neither profiles nor a drop", () => {
    const context = contextOf(node());
    expect(texts(chain(madeOf(context, hostRawChains(renderer(context), endpoint)), "cali-fh-eth0"))).toEqual([
      "--jump cali-failsafe-in",
      "--jump MARK --set-mark 0/0x1000000",
      '-m comment --comment "Start of policies" --jump MARK --set-mark 0/0x2000000',
      "-m mark --mark 0/0x2000000 --jump cali-pi-c",
      "-m mark --mark 0x1000000/0x1000000 --jump NOTRACK",
      '-m comment --comment "Return if policy accepted" -m mark --mark 0x1000000/0x1000000 --jump RETURN',
    ]);
  });

  it.each<[string, number, number]>([
    ["2.1.1", 0, 3],
    ["2.1.2", 2, 1],
    ["2.3.0", 2, 1],
  ])("%s: %i conntrack rules in its chains, %i at the top", (version, inside, top) => {
    const context = contextOf(node({}, { version }));
    const count = ({ rules }: FelixChain): number =>
      rules.filter((rule) => felixText("", spell(rule)).includes("--ctstate")).length;
    for (const each of madeOf(context, workloadChains(renderer(context), workload("cali1"))))
      expect(count(each)).toBe(inside);
    expect(count(chain(staticFilterChains(context, []), "cali-FORWARD"))).toBe(top);
  });
});

describe("tables", () => {
  it("have a policy only where an endpoint of theirs has it", () => {
    const policies = ["a", "c", "unused"].map((name) => policy(name));
    const hosts = [host({ tiers: tier(["a"]), untracked: tier(["c"]) })];
    const chains = (name: string): readonly string[] =>
      renderCalico(node({ hosts, policies }))
        .filter((table) => table.name === name)
        .flatMap((table) => table.chains.map((each) => each.name));
    expect(chains("raw").filter((name) => name.startsWith("cali-p"))).toEqual(["cali-pi-c", "cali-po-c"]);
    expect(chains("filter").filter((name) => name.startsWith("cali-p"))).toEqual(["cali-pi-a", "cali-po-a"]);
    expect(chains("nat")).not.toContain("cali-pi-a");
  });

  it("refuse an endpoint whose policy is not there, and marks without room", () => {
    const workloads = [workload("cali1", { tiers: tier(["gone"]) })];
    expect(() => renderCalico(node({ workloads }))).toThrow("cali-pi-gone");
    expect(() => renderCalico(node({}, { markMask: 0x3 }))).toThrow("from-workload");
  });
});
