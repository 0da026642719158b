import { printIpset, printIptablesRestore, printIpvsadm, printRule } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderOwners } from "@hookwalk/engine/render";
import type { Rendered } from "@hookwalk/engine/render";
import { describe, expect, it } from "vitest";
import { inMode, ofVersion, renderedBy } from "./render.ts";

/** The objects of the other modes, for kube-proxy of this version. */
function objects(version = "1.30.5"): string {
  return ofVersion(version, inMode("ipvs"));
}

function ipvs(version?: string, edit: (text: string) => string = (text) => text): Rendered {
  return renderedBy("kube-proxy", edit(objects(version)));
}

function rulesOf({ snapshot }: Rendered, table: string, chain: string, family: "ip" | "ip6" = "ip"): readonly string[] {
  const found = snapshot.tables[family]?.find(({ name }) => name === table)?.chains.find(({ name }) => name === chain);
  return (found?.rules ?? []).map((rule) => printRule(rule, family).replace(/ -m comment --comment "[^"]*"/, ""));
}

function chainsOf({ snapshot }: Rendered): readonly string[] {
  return (snapshot.tables.ip ?? []).flatMap(({ name: table, chains }) =>
    chains.filter(({ policy }) => policy === null).map(({ name }) => `${table} ${name}`),
  );
}

function members(rendered: Rendered, name: string): readonly string[] {
  return (rendered.snapshot.sets?.find((set) => set.name === name)?.elements ?? []).map(({ text }) => text).toSorted();
}

describe("endpoints that end", () => {
  const servers = (version: string): readonly string[] => {
    const ending = ipvs(version, (text) =>
      text
        .replace("ready: true, serving: true, terminating: false", "ready: false, serving: true, terminating: true")
        .replace("conditions: { ready: true }", "conditions: { ready: false }")
        .replace("addresses: [10.244.2.6], nodeName: worker-2", "$&, conditions: { ready: false }"),
    );
    return (ending.snapshot.ipvs ?? []).flatMap(({ key, servers }) =>
      key.kind === "address" && key.end.text === "10.96.0.1:80" ? servers.map(({ end }) => end.text) : [],
    );
  };

  it("are used from 1.26 on", () => {
    expect(servers("1.25.16")).toEqual([]);
    expect(servers("1.26.0")).toEqual(["10.244.1.5:8080"]);
  });
});

describe("sets of mode ipvs", () => {
  it("are 17 of each family, filled or not, no name longer than ipset takes", () => {
    const sets = ipvs().snapshot.sets ?? [];
    expect(sets.filter(({ name }) => !name.startsWith("KUBE-6-"))).toHaveLength(17);
    expect(sets.filter(({ name }) => name.startsWith("KUBE-6-"))).toHaveLength(17);
    expect(sets.map(({ name }) => name)).toContain("KUBE-6-LOAD-BALANCER-SOURCE-CID");
    expect(sets.map(({ name }) => name)).toContain("KUBE-6-NODE-PORT-LOCAL-SCTP-HAS");
    expect(printIpset(sets.slice(0, 1)).split("\n")[0]).toBe(
      "create KUBE-LOOP-BACK hash:ip,port,ip family inet hashsize 1024 maxelem 65536",
    );
  });

  it("hold what services and endpoints say", () => {
    const rendered = ipvs();
    expect(members(rendered, "KUBE-LOOP-BACK")).toEqual([
      "10.244.1.5,tcp:8080,10.244.1.5",
      "10.244.1.9,tcp:8080,10.244.1.9",
    ]);
    expect(members(rendered, "KUBE-EXTERNAL-IP")).toEqual(["198.51.100.7,tcp:80"]);
    expect(members(rendered, "KUBE-LOAD-BALANCER-SOURCE-CIDR")).toEqual(["198.51.100.9,tcp:80,203.0.113.0/24"]);
    expect(members(rendered, "KUBE-NODE-PORT-LOCAL-TCP")).toEqual(["30081", "30082"]);
    expect(members(rendered, "KUBE-6-CLUSTER-IP")).toEqual(["fd00:96::7,tcp:443"]);
    const device = rendered.snapshot.links?.find(({ name }) => name === "kube-ipvs0");
    expect(device?.flags).toEqual(["BROADCAST", "NOARP"]);
    expect(device?.addresses).toHaveLength(members(rendered, "KUBE-IPVS-IPS").length + 1);
  });

  it("leave out the whole internet, which ipset refuses, and keep the rule that asks for it", () => {
    const open = ipvs(undefined, (text) => text.replace("203.0.113.0/24", "0.0.0.0/0"));
    expect(members(open, "KUBE-LOAD-BALANCER-SOURCE-CIDR")).toEqual([]);
    expect(rulesOf(open, "filter", "KUBE-SOURCE-RANGES-FIREWALL")).toHaveLength(3);
  });
});

describe("rules of mode ipvs", () => {
  it("hold the node to a load balancer's source ranges", () => {
    expect(rulesOf(ipvs(), "filter", "KUBE-IPVS-OUT-FILTER")).toEqual([
      "-A KUBE-IPVS-OUT-FILTER -s 198.51.100.9/32 -m ipvs --proto 6 --vaddr 198.51.100.9 --vport 80 -j DROP",
    ]);
    // iptables-save prints an option that iptables-restore takes for another one, `-p`.
    const { snapshot, inserted } = ipvs();
    expect(printIptablesRestore(snapshot.tables.ip ?? [], inserted)).toContain(
      "-A KUBE-IPVS-OUT-FILTER -s 198.51.100.9/32 -m ipvs --vproto 6 --vaddr 198.51.100.9 --vport 80 -j DROP\n",
    );
    const near = ipvs(undefined, (text) => text.replace("203.0.113.0/24", "192.0.2.0/24"));
    expect(rulesOf(near, "filter", "KUBE-IPVS-OUT-FILTER")).toEqual([]);
    expect(members(near, "KUBE-LOAD-BALANCER-SOURCE-IP")).toEqual(["198.51.100.9,tcp:80,198.51.100.9"]);
  });

  it.each([
    ["everything", "clusterCIDR: 10.244.0.0/16,fd00:244::/32", "iptables: { masqueradeAll: true }", "", "dst,dst"],
    ["what is not local", "", "", "! -s 10.244.0.0/16 ", "dst,dst"],
    ["what has a service's source", "clusterCIDR: 10.244.0.0/16,fd00:244::/32\n", "", "", "src,dst"],
  ])("masquerade %s", (_, from, to, not, directions) => {
    const rendered = ipvs(undefined, (text) => text.replace(from, to));
    expect(rulesOf(rendered, "nat", "KUBE-SERVICES")).toContain(
      `-A KUBE-SERVICES ${not}-m set --match-set KUBE-CLUSTER-IP ${directions} -j KUBE-MARK-MASQ`,
    );
  });

  it("of IPv6 ask for sets of IPv6, and spare ::1", () => {
    expect(rulesOf(ipvs(), "nat", "KUBE-SERVICES", "ip6")).toEqual([
      "-A KUBE-SERVICES -s ::1/128 -j RETURN",
      "-A KUBE-SERVICES ! -s fd00:244::/32 -m set --match-set KUBE-6-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ",
      "-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT",
      "-A KUBE-SERVICES -m set --match-set KUBE-6-CLUSTER-IP dst,dst -j ACCEPT",
    ]);
  });

  it.each([
    ["1.24.6", ["nat KUBE-FIREWALL", "nat KUBE-MARK-DROP"], 2, 16],
    ["1.25.0", ["filter KUBE-PROXY-FIREWALL", "filter KUBE-SOURCE-RANGES-FIREWALL"], 4, 16],
    ["1.26.1", ["filter KUBE-IPVS-FILTER"], 5, 17],
    ["1.29.0", ["filter KUBE-IPVS-FILTER", "filter KUBE-IPVS-OUT-FILTER"], 6, 17],
  ])("of %s have the chains of that version", (version, chains, jumps, sets) => {
    const rendered = ipvs(version);
    expect(chainsOf(rendered)).toEqual(expect.arrayContaining(chains));
    expect(chainsOf(rendered).includes("nat KUBE-FIREWALL")).toBe(version.startsWith("1.24"));
    const base = ["INPUT", "FORWARD", "OUTPUT"].flatMap((chain) => rulesOf(rendered, "filter", chain));
    expect(base).toHaveLength(jumps);
    expect(rendered.snapshot.sets).toHaveLength(2 * sets);
  });

  it("of versions before 1.21 are not made up", () => {
    const { value: state } = readObjects([{ path: "objects.yaml", text: objects("1.20.4") }]);
    const { value, diagnostics } = renderOwners(["kube-proxy"], state);
    expect([value, diagnostics.map(({ code }) => code)]).toEqual([null, ["render-version"]]);
  });
});

describe("virtual servers", () => {
  it("stand at every address and port of a service, with what may serve there", () => {
    const lines = printIpvsadm(ipvs().snapshot.ipvs ?? []).split("\n");
    expect(lines.filter((line) => line.startsWith("-A") && line.includes(":30080"))).toEqual([
      "-A -t 192.0.2.11:30080 -s rr",
      "-A -t 10.244.1.1:30080 -s rr",
    ]);
    expect(lines).toContain("-A -u 10.96.0.6:53 -s rr -p 600");
    // Policy Local: where an endpoint is here, those elsewhere get nothing from outside; where none is, they do.
    expect(lines.filter((line) => line.startsWith("-a -t 192.0.2.11:30081"))).toEqual([
      "-a -t 192.0.2.11:30081 -r 10.244.1.9:8080 -m -w 1",
    ]);
    expect(lines.filter((line) => line.startsWith("-a -t 192.0.2.11:30082"))).toEqual([
      "-a -t 192.0.2.11:30082 -r 10.244.2.10:8080 -m -w 1",
    ]);
    expect(lines).toContain("-a -t [fd00:96::7]:443 -r [fd00:244:1::c]:8443 -m -w 1");
  });

  it("are scheduled as configured", () => {
    const hashed = ipvs(undefined, (text) =>
      text.replace("mode: ipvs\n", "mode: ipvs\nipvs: { scheduler: mh, strictARP: true }\n"),
    );
    expect(printIpvsadm(hashed.snapshot.ipvs ?? [])).toContain("-A -t 10.96.0.1:80 -s mh -b mh-port\n");
    expect(hashed.added.sysctls.get("net.ipv4.conf.all.arp_ignore")).toBe("1");
  });
});
