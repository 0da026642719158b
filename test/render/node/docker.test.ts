import { readObjects } from "@hookwalk/engine/desired";
import { renderOwners } from "@hookwalk/engine/render";
import { describe, expect, it } from "vitest";
import { node, problemsOf, table, written } from "./written.ts";

describe("docker", () => {
  it("until 27 has its bridge's rules in FORWARD, behind two stages that keep bridges apart", () => {
    const rendered = written("docker", node("v1.20.0", '{ docker: {}, versions: { docker: "20.10.7" } }'));
    expect(table(rendered, "filter")).toEqual([
      "-P FORWARD DROP",
      "-A FORWARD -j DOCKER-USER",
      "-A FORWARD -j DOCKER-ISOLATION-STAGE-1",
      "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "-A FORWARD -o docker0 -j DOCKER",
      "-A FORWARD -i docker0 ! -o docker0 -j ACCEPT",
      "-A FORWARD -i docker0 -o docker0 -j ACCEPT",
      "-N DOCKER",
      "-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2",
      "-A DOCKER-ISOLATION-STAGE-1 -j RETURN",
      "-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP",
      "-A DOCKER-ISOLATION-STAGE-2 -j RETURN",
      "-A DOCKER-USER -j RETURN",
    ]);
    expect(table(rendered, "nat")).toEqual([
      "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
      "-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER",
      "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
      "-A DOCKER -i docker0 -j RETURN",
    ]);
  });

  it("from 29 on has a chain for each thing that it does", () => {
    const spec =
      "{ docker: { bridge: br0, address: 10.9.0.1/24, forwardPolicy: ACCEPT }, versions: { docker: 29.0.1 } }";
    const rendered = written("docker", node("v1.30.0", spec));
    expect(table(rendered, "filter")).toEqual([
      "-A FORWARD -j DOCKER-USER",
      "-A FORWARD -j DOCKER-FORWARD",
      "-A DOCKER ! -i br0 -o br0 -j DROP",
      "-A DOCKER-BRIDGE -o br0 -j DOCKER",
      "-A DOCKER-CT -o br0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "-A DOCKER-FORWARD -j DOCKER-CT",
      "-A DOCKER-FORWARD -j DOCKER-INTERNAL",
      "-A DOCKER-FORWARD -j DOCKER-BRIDGE",
      "-A DOCKER-FORWARD -i br0 -j ACCEPT",
      "-N DOCKER-INTERNAL",
      "-N DOCKER-USER",
    ]);
    expect(table(rendered, "nat")).toContain("-A POSTROUTING -s 10.9.0.0/24 ! -o br0 -j MASQUERADE");
  });

  const TWO_NETWORKS = `docker: { networks: [{ bridge: bridge1, address: 192.0.2.1/24 }], containers: [{ address: 192.0.2.2, ports: ["8080:80", "127.0.0.1:53:5353/udp"] }] }`;

  it.each(["18.6.0", "18.9.6", "26.1.0", "27.5.1"])(
    "%s puts each network's rules before the others', and has three rules for each published port",
    (version) => {
      const rendered = written("docker", node("v1.20.0", `{ ${TWO_NETWORKS}, versions: { docker: ${version} } }`));
      const filter = table(rendered, "filter");
      expect(filter.filter((line) => line.startsWith("-A FORWARD"))).toEqual([
        "-A FORWARD -j DOCKER-USER",
        "-A FORWARD -j DOCKER-ISOLATION-STAGE-1",
        "-A FORWARD -o bridge1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A FORWARD -o bridge1 -j DOCKER",
        "-A FORWARD -i bridge1 ! -o bridge1 -j ACCEPT",
        "-A FORWARD -i bridge1 -o bridge1 -j ACCEPT",
        "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A FORWARD -o docker0 -j DOCKER",
        "-A FORWARD -i docker0 ! -o docker0 -j ACCEPT",
        "-A FORWARD -i docker0 -o docker0 -j ACCEPT",
      ]);
      expect(filter.filter((line) => line.startsWith("-A DOCKER"))).toEqual([
        "-A DOCKER -d 192.0.2.2/32 ! -i bridge1 -o bridge1 -p tcp -m tcp --dport 80 -j ACCEPT",
        "-A DOCKER -d 192.0.2.2/32 ! -i bridge1 -o bridge1 -p udp -m udp --dport 5353 -j ACCEPT",
        "-A DOCKER-ISOLATION-STAGE-1 -i bridge1 ! -o bridge1 -j DOCKER-ISOLATION-STAGE-2",
        "-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2",
        "-A DOCKER-ISOLATION-STAGE-1 -j RETURN",
        "-A DOCKER-ISOLATION-STAGE-2 -o bridge1 -j DROP",
        "-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP",
        "-A DOCKER-ISOLATION-STAGE-2 -j RETURN",
        "-A DOCKER-USER -j RETURN",
      ]);
      expect(table(rendered, "nat").slice(2)).toEqual([
        "-A POSTROUTING -s 192.0.2.0/24 ! -o bridge1 -j MASQUERADE",
        "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
        "-A POSTROUTING -s 192.0.2.2/32 -d 192.0.2.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE",
        "-A POSTROUTING -s 192.0.2.2/32 -d 192.0.2.2/32 -p udp -m udp --dport 5353 -j MASQUERADE",
        "-A DOCKER -i bridge1 -j RETURN",
        "-A DOCKER -i docker0 -j RETURN",
        "-A DOCKER ! -i bridge1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.0.2.2:80",
        "-A DOCKER -d 127.0.0.1/32 ! -i bridge1 -p udp -m udp --dport 53 -j DNAT --to-destination 192.0.2.2:5353",
      ]);
      expect(table(rendered, "raw")).toEqual([]);
    },
  );

  it.each([
    ["28.0.1", true, "ports"],
    ["28.1.1", true, "ports"],
    ["28.2.0", true, "container"],
    ["28.3.0", false, "container"],
  ])("%s keeps bridges apart by stages; DOCKER-USER returns: %s; raw drops by %s", (version, returns, raw) => {
    const rendered = written("docker", node("v1.30.0", `{ ${TWO_NETWORKS}, versions: { docker: ${version} } }`));
    const filter = table(rendered, "filter");
    expect(filter.filter((line) => /^-A DOCKER-(FORWARD|ISOL|USER)/.test(line))).toEqual([
      "-A DOCKER-FORWARD -j DOCKER-CT",
      "-A DOCKER-FORWARD -j DOCKER-ISOLATION-STAGE-1",
      "-A DOCKER-FORWARD -j DOCKER-BRIDGE",
      "-A DOCKER-FORWARD -i docker0 -j ACCEPT",
      "-A DOCKER-FORWARD -i bridge1 -j ACCEPT",
      "-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2",
      "-A DOCKER-ISOLATION-STAGE-1 -i bridge1 ! -o bridge1 -j DOCKER-ISOLATION-STAGE-2",
      "-A DOCKER-ISOLATION-STAGE-2 -o bridge1 -j DROP",
      "-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP",
      ...(returns ? ["-A DOCKER-USER -j RETURN"] : []),
    ]);
    expect(filter).not.toContain("-N DOCKER-INTERNAL");
    expect(table(rendered, "nat").slice(4)).toEqual([
      "-A DOCKER -i bridge1 -j RETURN",
      "-A DOCKER -i docker0 -j RETURN",
      "-A DOCKER ! -i bridge1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.0.2.2:80",
      "-A DOCKER -d 127.0.0.1/32 ! -i bridge1 -p udp -m udp --dport 53 -j DNAT --to-destination 192.0.2.2:5353",
    ]);
    const loopback = "-A PREROUTING -d 127.0.0.1/32 ! -i lo -p udp -m udp --dport 53 -j DROP";
    expect(table(rendered, "raw")).toEqual(
      raw === "container"
        ? ["-A PREROUTING -d 192.0.2.2/32 ! -i bridge1 -j DROP", loopback]
        : [
            "-A PREROUTING -d 192.0.2.2/32 ! -i bridge1 -p tcp -m tcp --dport 80 -j DROP",
            loopback,
            "-A PREROUTING -d 192.0.2.2/32 ! -i bridge1 -p udp -m udp --dport 5353 -j DROP",
          ],
    );
  });

  it("from 29 on keeps others away from containers in table raw", () => {
    const rendered = written("docker", node("v1.30.0", `{ ${TWO_NETWORKS}, versions: { docker: 29.0.1 } }`));
    expect(table(rendered, "filter")).toEqual([
      "-P FORWARD DROP",
      "-A FORWARD -j DOCKER-USER",
      "-A FORWARD -j DOCKER-FORWARD",
      "-A DOCKER -d 192.0.2.2/32 ! -i bridge1 -o bridge1 -p udp -m udp --dport 5353 -j ACCEPT",
      "-A DOCKER -d 192.0.2.2/32 ! -i bridge1 -o bridge1 -p tcp -m tcp --dport 80 -j ACCEPT",
      "-A DOCKER ! -i docker0 -o docker0 -j DROP",
      "-A DOCKER ! -i bridge1 -o bridge1 -j DROP",
      "-A DOCKER-BRIDGE -o docker0 -j DOCKER",
      "-A DOCKER-BRIDGE -o bridge1 -j DOCKER",
      "-A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "-A DOCKER-CT -o bridge1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "-A DOCKER-FORWARD -j DOCKER-CT",
      "-A DOCKER-FORWARD -j DOCKER-INTERNAL",
      "-A DOCKER-FORWARD -j DOCKER-BRIDGE",
      "-A DOCKER-FORWARD -i docker0 -j ACCEPT",
      "-A DOCKER-FORWARD -i bridge1 -j ACCEPT",
      "-N DOCKER-INTERNAL",
      "-N DOCKER-USER",
    ]);
    expect(table(rendered, "nat").slice(2)).toEqual([
      "-A POSTROUTING -s 192.0.2.0/24 ! -o bridge1 -j MASQUERADE",
      "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
      "-A DOCKER ! -i bridge1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.0.2.2:80",
      "-A DOCKER -d 127.0.0.1/32 ! -i bridge1 -p udp -m udp --dport 53 -j DNAT --to-destination 192.0.2.2:5353",
    ]);
    expect(table(rendered, "raw")).toEqual([
      "-A PREROUTING -d 192.0.2.2/32 ! -i bridge1 -j DROP",
      "-A PREROUTING -d 127.0.0.1/32 ! -i lo -p udp -m udp --dport 53 -j DROP",
    ]);
  });

  it.each([
    ["a port of no protocol", '{ address: 172.17.0.2, ports: ["80:80/icmp"] }'],
    ["a port out of range", '{ address: 172.17.0.2, ports: ["70000:80"] }'],
    ["an address of the host that is none", '{ address: 172.17.0.2, ports: ["10.0.0:80:80"] }'],
    ["a container of no network", "{ address: 10.1.1.1 }"],
  ])("%s is told", (_what, container) => {
    const spec = `{ docker: { containers: [${container}] } }`;
    expect(problemsOf("docker", node("v1.30.0", spec))[0]).toBe("object-bad-value");
  });

  it("SCTP of older releases is not made up", () => {
    const spec =
      '{ docker: { containers: [{ address: 172.17.0.2, ports: ["80:80/sctp"] }] }, versions: { docker: 24.0.0 } }';
    expect(problemsOf("docker", node("v1.30.0", spec))).toEqual(["render-argument"]);
  });

  it.each(["127.0.0.2", "127.255.0.1"])("a port at %s comes by lo alone", (address) => {
    const spec = `{ docker: { containers: [{ address: 172.17.0.2, ports: ["${address}:80:80"] }] }, versions: { docker: 29.0.0 } }`;
    expect(table(written("docker", node("v1.30.0", spec)), "raw")).toContain(
      `-A PREROUTING -d ${address}/32 ! -i lo -p tcp -m tcp --dport 80 -j DROP`,
    );
  });

  it.each(["18.3.1", "28.0.0", "28.4.0"])("%s is not made up", (version) => {
    const text = node("v1.30.0", `{ docker: {}, versions: { docker: "${version}" } }`);
    const { diagnostics } = renderOwners(["docker"], readObjects([{ path: "o.yaml", text }]).value);
    expect(diagnostics).toMatchObject([
      { code: "render-version", params: { version }, span: { file: "o.yaml", line: 9 } },
    ]);
  });

  it("says what is missing", () => {
    expect(problemsOf("docker", node("v1.30.0"))).toEqual(["render-unset"]);
  });
});
