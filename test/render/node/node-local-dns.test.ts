import { readObjects } from "@hookwalk/engine/desired";
import { renderOwners } from "@hookwalk/engine/render";
import { describe, expect, it } from "vitest";
import { node, nodeCache, problemsOf, table, written } from "./written.ts";

describe("node-local-dns", () => {
  it("puts each rule before what is there, so that the last of its list stands first", () => {
    const rendered = written(
      "node-local-dns",
      node("v1.30.0"),
      nodeCache('"-localip", "fd00::10", "--health-port=8081"'),
    );
    expect(table(rendered, "raw", "ip6").map((line) => line.replace(/ -m comment --comment "[^"]*"/, ""))).toEqual([
      "-A PREROUTING -d fd00::10/128 -p udp -m udp --dport 53 -j NOTRACK",
      "-A PREROUTING -d fd00::10/128 -p tcp -m tcp --dport 53 -j NOTRACK",
      "-A OUTPUT -s fd00::10/128 -p tcp -m tcp --sport 8081 -j NOTRACK",
      "-A OUTPUT -d fd00::10/128 -p tcp -m tcp --dport 8081 -j NOTRACK",
      "-A OUTPUT -d fd00::10/128 -p udp -m udp --dport 53 -j NOTRACK",
      "-A OUTPUT -d fd00::10/128 -p tcp -m tcp --dport 53 -j NOTRACK",
      "-A OUTPUT -s fd00::10/128 -p udp -m udp --sport 53 -j NOTRACK",
      "-A OUTPUT -s fd00::10/128 -p tcp -m tcp --sport 53 -j NOTRACK",
    ]);
    expect(rendered.snapshot.tables.ip).toBeNull();
  });

  it("has 12 rules for each address, with comments since 1.22.20", () => {
    const two = '"-localip", "169.254.20.10,10.96.0.10", "-interfacename=dns0"';
    const rendered = written("node-local-dns", node("v1.30.0"), nodeCache(two));
    const lines = [...table(rendered, "raw"), ...table(rendered, "filter")];
    expect(lines).toHaveLength(24);
    expect(lines.filter((line) => line.includes("NodeLocal DNS Cache: "))).toHaveLength(24);
    expect(rendered.added.links.map(({ name }) => name)).toEqual(["dns0"]);
    const old = written("node-local-dns", node("v1.30.0"), nodeCache(two, "1.21.1"));
    expect(table(old, "filter")[0]).toBe("-A INPUT -d 10.96.0.10/32 -p udp -m udp --dport 53 -j ACCEPT");
  });

  it("has the rules of the one address before those of the other, as nodes show them", () => {
    const rendered = written("node-local-dns", node("v1.30.0"), nodeCache('"-localip", "169.254.20.10,10.96.0.10"'));
    const short = (line: string): string =>
      /-A (\w+) (-[sd] \d+).* -p (\w+).* --([sd]port \d+)/.exec(line)?.slice(1).join(" ") ?? line;
    expect(table(rendered, "filter").map(short)).toEqual([
      ...["INPUT -d 10 udp dport 53", "INPUT -d 10 tcp dport 53"],
      ...["INPUT -d 169 udp dport 53", "INPUT -d 169 tcp dport 53"],
      ...["OUTPUT -s 10 udp sport 53", "OUTPUT -s 10 tcp sport 53"],
      ...["OUTPUT -s 169 udp sport 53", "OUTPUT -s 169 tcp sport 53"],
    ]);
    expect(table(rendered, "raw").map(short)).toEqual([
      ...["PREROUTING -d 10 udp dport 53", "PREROUTING -d 10 tcp dport 53"],
      ...["PREROUTING -d 169 udp dport 53", "PREROUTING -d 169 tcp dport 53"],
      ...["10", "169"].flatMap((address) => [
        ...[`OUTPUT -s ${address} tcp sport 8080`, `OUTPUT -d ${address} tcp dport 8080`],
        ...[`OUTPUT -d ${address} udp dport 53`, `OUTPUT -d ${address} tcp dport 53`],
        ...[`OUTPUT -s ${address} udp sport 53`, `OUTPUT -s ${address} tcp sport 53`],
      ]),
    ]);
  });

  it.each([
    ['"-localip=169.254.20.10", "-setupiptables=false"', false, true],
    ['"-localip=169.254.20.10", "-setupiptables=F", "--setupinterface=0"', false, false],
    // Go's switches take no word behind them, and the first word that is no flag is the last that is looked at.
    ['"-localip=169.254.20.10", "-setupiptables", "false", "-setupinterface=false"', true, true],
  ])("with %s it writes rules: %s, makes a device: %s", (args, hasRules, hasDevice) => {
    const { value: state } = readObjects([{ path: "o.yaml", text: `${node("v1.30.0")}---\n${nodeCache(args)}` }]);
    const { value } = renderOwners(["node-local-dns"], state);
    expect([(value?.snapshot.tables.ip ?? null) !== null, value?.added.links.length === 1]).toEqual([
      hasRules,
      hasDevice,
    ]);
  });

  it("of both families is two DaemonSets, which share a device", () => {
    const [v4, v6] = [nodeCache('"-localip=169.254.20.10"'), nodeCache('"-localip=fd00::10"')];
    const rendered = written("node-local-dns", node("v1.30.0"), v4, v6.replace("name: node-local-dns", "name: v6"));
    expect(rendered.added.links.map(({ name, addresses }) => [name, addresses.length])).toEqual([["nodelocaldns", 2]]);
    expect([table(rendered, "raw").length, table(rendered, "raw", "ip6").length]).toEqual([8, 8]);
  });

  it.each([
    ["1.22.19", false],
    ["1.22.20", true],
    ["1.21.1@sha256:0123456789abcdef", false],
    // No version at all: as of today.
    ["latest", true],
  ])("image tag %s has comments: %s", (tag, hasComments) => {
    const lines = table(written("node-local-dns", node("v1.30.0"), nodeCache('"-localip=169.254.20.10"', tag)), "raw");
    expect(lines.filter((line) => line.includes("NodeLocal DNS Cache: "))).toHaveLength(hasComments ? lines.length : 0);
  });

  it("with a fault is left out, and another one is not", () => {
    const [good, bad] = [nodeCache('"-localip=169.254.20.10"'), nodeCache('"-localip=x"')];
    const text = [node("v1.30.0"), good, bad.replace("name: node-local-dns", "name: v6")].join("---\n");
    const { value: state } = readObjects([{ path: "o.yaml", text }]);
    const { value, diagnostics } = renderOwners(["node-local-dns"], state);
    expect(diagnostics.map(({ code, params }) => [code, params["owner"]])).toEqual([
      ["render-argument", "DaemonSet kube-system/v6"],
    ]);
    expect(value === null ? [] : table(value, "raw")).toHaveLength(8);
  });

  it("says what is missing, and where an argument stands", () => {
    const told = (args: string): unknown => {
      const { value: state } = readObjects([{ path: "o.yaml", text: `${node("v1.30.0")}---\n${nodeCache(args)}` }]);
      return renderOwners(["node-local-dns"], state).diagnostics;
    };
    const owner = "DaemonSet kube-system/node-local-dns";
    const span = { file: "o.yaml", line: 17 };
    expect(told('"-localip=x"')).toMatchObject([{ code: "render-argument", params: { owner }, span }]);
    expect(told('"-localip=169.254.20.10", "-setupebtables=T"')).toMatchObject([
      { code: "render-left-out", severity: "warning", params: { owner, option: "-setupebtables" }, span },
    ]);
  });

  it.each([
    ['"-localip", "__PILLAR__LOCAL__DNS__"', "render-argument"],
    ['"-localip", "169.254.20.10,fd00::10"', "render-argument"],
    ['"-localip", "169.254.20.10,x"', "render-argument"],
    ['"-localip", "169.254.20.10", "-health-port", "http"', "render-argument"],
    ['"-localip", "169.254.20.10", "-health-port", "0"', "render-argument"],
    ['"-localip", "169.254.20.10", "-interfacename", "a b"', "render-argument"],
    ['"-localip", "169.254.20.10", "-setupiptables=no"', "render-argument"],
    ['"-conf", "/etc/Corefile"', "render-unset"],
  ])("with %s renders nothing, and says why", (args, code) => {
    expect(problemsOf("node-local-dns", node("v1.30.0"), nodeCache(args))).toEqual([code]);
  });
});
