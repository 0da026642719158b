import { describe, expect, it } from "vitest";
import { readObjects } from "../../desired/read-objects.ts";
import type { NftTable } from "../../model/nft.ts";
import {
  ACCEPT,
  ctState,
  icmp,
  limit,
  markIs,
  net,
  port,
  portSet,
  ports,
  protocol,
  rule,
  snat,
  udpPort,
} from "./build.ts";
import { renderOwners } from "../renderers.ts";
import { ruleWords } from "./render-nft.ts";

const OBJECTS = `
{ apiVersion: hookwalk.dev/v1, kind: Node, metadata: { name: n }, spec: { interfaces: [{ name: eth0, addresses: [10.128.0.212/24] }], versions: { calico: 3.30.0 } } }
---
{ apiVersion: projectcalico.org/v3, kind: Node, metadata: { name: n }, spec: { bgp: { ipv4Address: 10.128.0.212/24 }, ipv4VXLANTunnelAddr: 192.168.1.0 } }
---
{ apiVersion: projectcalico.org/v3, kind: IPPool, metadata: { name: p }, spec: { cidr: 192.168.0.0/16, vxlanMode: Always, natOutgoing: true } }
---
apiVersion: projectcalico.org/v3
kind: FelixConfiguration
metadata: { name: default }
spec: { nftablesMode: Enabled, defaultEndpointToHostAction: ACCEPT, ipv6Support: false }
`;

function tableOf(text: string): NftTable {
  const { value: state, diagnostics: faults } = readObjects([{ path: "o.yaml", text }]);
  const { value, diagnostics } = renderOwners(["calico"], state);
  expect([...faults, ...diagnostics]).toEqual([]);
  const [table] = value?.snapshot.nft ?? [];
  if (table === undefined) throw new Error("no table");
  return table;
}

/** What Felix 3.30 wrote on a node of its own tests: felix/fv/cali-nftables-dump.txt. */
const HASHES: Readonly<Record<string, string>> = {
  "mangle-PREROUTING": "jmRVmI9bNZO24-SX",
  "mangle-POSTROUTING": "JB8QlG6bRG3vqMJh",
  "raw-OUTPUT": "VPZUYaZDz-FnULU0",
  "filter-FORWARD": "dpfqBgJrpRwlrqw1 yp7iNUYNEhDmKF6E fXaqbwKfGHq5dvHP",
  "nat-PREROUTING": "8sk3stC_vMHYORJg",
  "nat-POSTROUTING": "z057H0Z77Fcko47w",
  "raw-PREROUTING": "K8JBn-S_RLieKm3n",
  "filter-INPUT": "H0S9z2pOh43UL0cc",
  "filter-OUTPUT": "cxN7yDysHHPQSuUC",
  "nat-OUTPUT": "MUvsO-9-Ry3DQcZV",
  "filter-cali-from-wl-dispatch": "Lui9n9_J-BlSLUtk KMISEjprqaGFiicp",
  "filter-cali-to-wl-dispatch": "ljtHSLJQhigspPd1 zeZtiiPDsE6BwqUG",
  "nat-cali-nat-outgoing": "JjuWIaIfSLZi41Xk",
  "mangle-cali-PREROUTING": "hRS28YpQh4sf7lSw IwtMN-rc3DmNzBzY 3IqyhzcAvEfc5ghM pt2vpkSdeEEZuFJW",
  "raw-cali-PREROUTING":
    "_m5XxTROnUC3kwU9 KSSCpT-T9DVdO0Iq MfbbuIABLCdEyuDF WkruAv78Jz9mDykg -AqscjC9Vg6h2HXv s5qWstZtZZWDC7hD el99SHzsxDHcC0i6",
  "filter-cali-FORWARD":
    "DjLNGAdnReheqqCp nYRf9HAGIu4qv2zI otxs2Q4D05BNLIsQ j573pOiV4ETpv7o4 spaMQnRTjqphyAAs gPO_isDuaIy0xfd5",
  "filter-cali-wl-to-host": "Ny8jNeS1ncqmgkwL m-f8F_F3sZQBn4vu",
  "nat-cali-PREROUTING": "4l5hoyVny05ifNh_",
  "nat-cali-POSTROUTING": "tyzVzs_JgnIisxS6 _Ye9aC74uuE93XON 2Er8attV1nLNdKXr",
  "raw-cali-OUTPUT": "e2BVX_cHZ6ITRbRX VWMOize4AGqDOd8U 27f-hiVuGN6Hixm2 C_dtFa4FZl3n3guC",
  "filter-cali-INPUT":
    "Gtn781KKHXqD1ZWy uwBdMK7MloVtOKLK bQPg3nrC7bqqlzEy y9q5TVbyVOp08Pbf g94iaS8uaXhlEYN1 r1yiSr9IJXTbVonm Bw-drvME99fwv09t",
  "nat-cali-OUTPUT": "delU-zntVHn7bNcr",
  "mangle-cali-POSTROUTING": "mS7Pbp4wnbne4NEE BC0Ti2X7IhbvY97T QNi0wuz0doF36FlX aleSM6VBsY-WKEx_",
  "filter-cali-OUTPUT":
    "98uiW9xxCe92G9L3 XeexzRpdwsnmqftJ gAwQMXeaURLLhMud aLINYsbhdLorP87H lcOFavYL6gslb8h_ VV3w_F7Dkj1IHDev",
};

describe("Felix's table of nft, from objects", () => {
  const table = tableOf(OBJECTS);

  it("has every rule with Felix's own hash", () => {
    const hashes = table.chains
      .filter(({ rules }) => rules.length > 0)
      .map(({ name, rules }) => [
        name,
        rules.map(({ comment }) => /^cali:(.{16});/.exec(comment ?? "")?.[1]).join(" "),
      ]);
    expect(Object.fromEntries(hashes)).toEqual(HASHES);
  });

  it("hooks in where Felix's does", () => {
    const bases = table.chains.flatMap(({ name, base }) => (base === null ? [] : [`${name} ${String(base.priority)}`]));
    expect(bases).toHaveLength(14);
    expect(bases).toContain("nat-POSTROUTING 110");
  });

  it("finds workloads in maps", () => {
    const pod =
      "---\n{ apiVersion: v1, kind: Pod, metadata: { name: a, namespace: b }, spec: { nodeName: n }, status: { podIP: 192.168.1.1 } }\n";
    const maps = tableOf(OBJECTS + pod).sets.filter(({ data }) => data !== null);
    expect(maps.map(({ name, elements }) => [name, elements?.map(({ key, data }) => [key, data])])).toEqual(
      (["from", "to"] as const).map((way) => [
        `filter-cali-${way}-wl-dispatch`,
        [
          [
            { kind: "literal", text: "cali607944d776d", quoted: true },
            { kind: "goto", chain: `filter-cali-${way === "from" ? "fw" : "tw"}-cali607944d776d` },
          ],
        ],
      ]),
    );
  });
});

it("leads to the endpoint of all interfaces by its whole name, which iptables has no room for", () => {
  const all = `---
{ apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: { name: h }, spec: { node: n, interfaceName: "*" } }
`;
  const { chains } = tableOf(OBJECTS + all);
  const names = chains.map(({ name }) => name).filter((name) => name.endsWith("-any-interface-at-all"));
  expect(names).toEqual(
    ["mangle-cali-th", "filter-cali-fh", "filter-cali-fhfw", "filter-cali-th", "filter-cali-thfw"].map(
      (name) => `${name}-any-interface-at-all`,
    ),
  );
});

describe("what is hashed", () => {
  it.each([
    [
      [
        protocol("TCP"),
        ports(
          "destination",
          [
            { from: 80, to: 80 },
            { from: 90, to: 99 },
          ],
          true,
        ),
      ],
      "meta l4proto tcp tcp dport != { 80, 90-99 }",
    ],
    [[protocol(17), udpPort(4789)], "meta l4proto 17 udp dport 4789"],
    [[protocol("udp"), port("source", 53)], "meta l4proto udp udp sport { 53 }"],
    [[icmp("ip6", { type: 3, code: 4 }, true)], "icmpv6 type != 3 code != 4"],
    [[ctState("RELATED,ESTABLISHED")], "ct state related,established"],
    [[markIs(0, 0x10000, true)], "meta mark & 0x10000 != 0"],
    [[protocol("icmp"), portSet("s:x", "destination")], "meta l4proto icmp ip daddr . meta l4proto . th dport @s-x"],
    [[net("source", { address: 0x0a01_0203, length: 8 }, true)], "ip saddr != 10.0.0.0/8"],
  ])("%j", (tests, text) => {
    expect(ruleWords(rule(tests, ACCEPT), { family: "ip", layer: "filter" }).text).toBe(`${text} counter accept`);
  });

  it("a protocol without ports is asked for beside a set that has some: nft needs both", () => {
    const place = { family: "ip", layer: "filter" } as const;
    const statements = (name: string) =>
      ruleWords(rule([protocol(name), portSet("s", "destination")], ACCEPT), place).statements.map(({ kind }) => kind);
    expect(statements("47")).toEqual(["match", "match", "counter", "accept"]);
    expect(statements("tcp")).toEqual(["match", "counter", "accept"]);
  });

  it("an empty rule goes on, and what nft cannot be told is a bug", () => {
    const place = { family: "ip", layer: "nat" } as const;
    expect(ruleWords(rule([], null), place).text).toBe("continue");
    expect(ruleWords(rule([], snat(0x0a00_0001, true)), place).text).toBe("counter snat to 10.0.0.1 fully-random");
    expect(() => ruleWords(rule([limit(1, 1)], ACCEPT), place)).toThrow("limits");
    expect(() => ruleWords(rule([protocol("icmp"), port("source", 1)], ACCEPT), place)).toThrow("icmp");
  });
});
