import { describe, expect, it } from "vitest";
import { ruleHashes } from "../../owners/calico/rule-hash.ts";
import { contextOf } from "./context.ts";
import { UNKNOWN_INTERFACE, dispatchChains } from "./dispatch.ts";
import { hostFilterChains, hostRawChains, workloadChains } from "./endpoint-chains.ts";
import { felixText } from "./felix-rule.ts";
import type { FelixChain } from "./felix-rule.ts";
import type { CalicoNode, FelixSettings, FelixVersion, PolicyRule, PolicySide } from "./input.ts";
import { policyChains } from "./policy-chains.ts";
import { renderCalico } from "./render-calico.ts";
import { staticFilterChains, staticNatChains } from "./static-chains.ts";

const FELIX: FelixSettings = {
  version: "2.1.0",
  backend: "legacy",
  interfacePrefixes: ["cali"],
  markMask: 0xff00_0000,
  endpointToHost: "DROP",
  failsafeInbound: [22],
  failsafeOutbound: [2379],
  openStack: null,
  ipip: null,
};

function node(of: Partial<CalicoNode> = {}, felix: Partial<FelixSettings> = {}): CalicoNode {
  const nothing = { workloads: [], hosts: [], policies: [], profiles: [], natOutgoing: false, floatingIps: [] };
  return { family: "ip", felix: { ...FELIX, ...felix }, ...nothing, ...of };
}

function chain(chains: readonly FelixChain[], name: string): FelixChain {
  const found = chains.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no chain ${name}`);
  return found;
}

/** What is hashed, without what stands before it in every rule. */
function texts({ name, rules }: FelixChain): readonly string[] {
  return rules.map((rule) => felixText(name, rule).replace(`-A ${name} HASH `, ""));
}

function hashes({ name, rules }: FelixChain): readonly string[] {
  return ruleHashes(
    name,
    rules.map((rule) => felixText(name, rule)),
  );
}

const SIDE: PolicySide = { within: null, without: null, net: null, ports: [], notPorts: [] };

function inbound(rule: Partial<PolicyRule>, of: Partial<CalicoNode> = {}): readonly string[] {
  const base: PolicyRule = {
    action: "allow",
    family: null,
    protocol: null,
    icmp: null,
    notIcmp: null,
    source: SIDE,
    destination: SIDE,
  };
  const policy = { name: "p", ingress: [{ ...base, ...rule }], egress: [] };
  const made = policyChains(contextOf(node(of)), policy, "policy").map(([, make]) => make());
  return texts(chain(made, "cali-pi-p"));
}

describe("hashes of real nodes", () => {
  it("a child of the dispatch tree", () => {
    const tree = {
      chain: "cali-from-wl-dispatch",
      role: "from-workload",
      side: "in",
      end: [UNKNOWN_INTERFACE],
    } as const;
    const chains = dispatchChains(tree, ["cali6f60a778e0b", "cali3579be14420", "cali6945b3c77c1"]);
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

  it("the first failsafe", () => {
    const chains = staticFilterChains(contextOf(node()));
    expect(hashes(chain(chains, "cali-failsafe-in"))).toEqual(["wWFQM43tJU7wwnFZ"]);
  });

  it("INPUT of 2.1.2, with IPIP", () => {
    const ipip = node({}, { version: "2.1.2", ipip: { hasTunnelAddress: false } });
    expect(hashes(chain(staticFilterChains(contextOf(ipip)), "cali-INPUT")).slice(0, 3)).toEqual([
      "46gVAqzWLjH8U4O2",
      "aR-jVK2O7VHKhzJt",
      "gVjPMLEBhhpD4I0U",
    ]);
  });
});

describe("a policy's rule", () => {
  it("asks in Felix's order, what is negated behind everything else", () => {
    const net = (value: number, negated: boolean) => ({ negated, value: { address: value, length: 8 } });
    expect(
      inbound({
        action: "deny",
        protocol: { negated: false, value: "TCP" },
        source: { ...SIDE, net: net(0x0a01_0203, false), ports: [{ from: 1, to: 9 }], without: { kind: "all" } },
        destination: {
          ...SIDE,
          net: net(0x0b00_0000, true),
          within: { kind: "all" },
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
    expect(inbound({ action: "pass", protocol: { negated: true, value: 17 } })).toEqual([
      "! -p 17 --jump MARK --set-mark 0x2000000/0x2000000",
      "-m mark --mark 0x2000000/0x2000000 --jump RETURN",
    ]);
    expect(inbound({ action: "log" })).toEqual(['--jump LOG --log-prefix "calico-packet: " --log-level 5']);
  });

  it("becomes one for every fifteen places of a port list, and every pair of lists", () => {
    const of = (count: number) => Array.from({ length: count }, (_, at) => ({ from: 10 * at, to: 10 * at + (at % 2) }));
    const source = { ...SIDE, ports: of(11) };
    // 0, 10:11, 20 … 90:91 are fifteen places; 100 is the sixteenth.
    const all = inbound({ action: "deny", source, destination: source });
    expect(all).toHaveLength(4);
    expect(all[1]).toBe(
      "-m multiport --source-ports 0,10:11,20,30:31,40,50:51,60,70:71,80,90:91 -m multiport --destination-ports 100 --jump DROP",
    );
    // Negated lists stand side by side in one rule.
    expect(inbound({ action: "deny", source: { ...SIDE, notPorts: of(11) } })).toHaveLength(1);
  });

  it("is of a family", () => {
    const icmp = { type: 3, code: 4 };
    expect(inbound({ action: "deny", icmp })).toEqual(["-m icmp --icmp-type 3/4 --jump DROP"]);
    expect(inbound({ action: "deny", notIcmp: icmp }, { family: "ip6" })).toEqual([
      "-m icmp6 ! --icmpv6-type 3/4 --jump DROP",
    ]);
    expect(inbound({ family: "ip6" })).toEqual([]);
    const net = { negated: true, value: { address: 1n, length: 128 } };
    expect(inbound({ source: { ...SIDE, net } })).toEqual([]);
  });
});

describe("an endpoint", () => {
  const endpoint = { interface: "eth0", policies: ["a"], profiles: ["b"], untracked: ["c"] };

  it("of the host: failsafes first, and to it is out", () => {
    const chains = hostFilterChains(contextOf(node()), endpoint);
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
    expect(texts(chain(hostRawChains(contextOf(node()), endpoint), "cali-fh-eth0"))).toEqual([
      "--jump cali-failsafe-in",
      "--jump MARK --set-mark 0/0x1000000",
      '-m comment --comment "Start of policies" --jump MARK --set-mark 0/0x2000000',
      "-m mark --mark 0/0x2000000 --jump cali-pi-c",
      "-m mark --mark 0x1000000/0x1000000 --jump NOTRACK",
      '-m comment --comment "Return if policy accepted" -m mark --mark 0x1000000/0x1000000 --jump RETURN',
    ]);
  });

  it.each<[FelixVersion, number, number]>([
    ["2.1.1", 0, 3],
    ["2.1.2", 2, 1],
    ["2.3.0", 2, 1],
  ])("%s: %i conntrack rules in its chains, %i at the top", (version, inside, top) => {
    const context = contextOf(node({}, { version }));
    const count = ({ rules }: FelixChain): number =>
      rules.filter((rule) => felixText("", rule).includes("--ctstate")).length;
    for (const each of workloadChains(context, endpoint)) expect(count(each)).toBe(inside);
    expect(count(chain(staticFilterChains(context), "cali-FORWARD"))).toBe(top);
  });
});

describe("tables", () => {
  it("have a policy only where an endpoint of theirs has it", () => {
    const policies = ["a", "c", "unused"].map((name) => ({ name, ingress: [], egress: [] }));
    const hosts = [{ interface: "eth0", policies: ["a"], profiles: [], untracked: ["c"] }];
    const chains = (name: string): readonly string[] =>
      renderCalico(node({ hosts, policies }))
        .filter((table) => table.name === name)
        .flatMap((table) => table.chains.map((each) => each.name));
    expect(chains("raw").filter((name) => name.startsWith("cali-p"))).toEqual(["cali-pi-c", "cali-po-c"]);
    expect(chains("filter").filter((name) => name.startsWith("cali-p"))).toEqual(["cali-pi-a", "cali-po-a"]);
    expect(chains("nat")).not.toContain("cali-pi-a");
  });

  it("refuse an endpoint whose policy is not there, and marks without room", () => {
    const workloads = [{ interface: "cali1", policies: ["gone"], profiles: [] }];
    expect(() => renderCalico(node({ workloads }))).toThrow("cali-pi-gone");
    expect(() => renderCalico(node({}, { markMask: 0x3 }))).toThrow("from-workload");
  });
});
