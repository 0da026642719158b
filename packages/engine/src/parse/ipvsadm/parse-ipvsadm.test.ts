import { describe, expect, it } from "vitest";
import type { IpvsService } from "../../model/ipvs.ts";
import { parseIpvsadm } from "./parse-ipvsadm.ts";

const SAVE = `-A -t 10.96.0.1:443 -s rr
-a -t 10.96.0.1:443 -r 10.20.30.4:6443 -m -w 1
-A -t [fd00::10]:53 -s sh -p 10800 -M 64 -b sh-port,sh-fallback
-a -t [fd00::10]:53 -r [fd00:1::5]:53 -g -w 0
-A -u 10.96.0.10:53 -s wrr -p 300 -M 255.255.255.0 --pe sip -o
-A --sctp-service 10.96.0.3:9 -s wlc
-A -f 1 -s mh
-a -f 1 -r 10.0.0.5:0 -i -w 3 --tun-type gue --tun-port 6080 --tun-nocsum
-A -f 1 -6 -s fo
`;

const LISTING = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.1:443 rr
  -> 10.20.30.4:6443              Masq    1      2          0         
TCP  [fd00::10]:53 sh (sh-port,sh-fallback) persistent 10800 mask 64
  -> [fd00:1::5]:53               Route   0      0          0         
UDP  10.96.0.10:53 wrr persistent 300 mask 255.255.255.0 pe sip ops
SCTP 10.96.0.3:9 wlc
FWM  1 mh
FWM  1 IPv6 fo
`;

const PROC = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A600001:01BB rr 
  -> 0A141E04:192B      Masq    1      2          0         
TCP  [fd00:0000:0000:0000:0000:0000:0000:0010]:0035 rr persistent 300 80000000
UDP  0A60000A:0035 wrr persistent 300 FFFFFF00
FWM  0000000A rr 
`;

/** What a service is, wherever it stands. */
function unplaced(service: IpvsService): unknown {
  return { ...service, span: null, servers: service.servers.map((server) => ({ ...server, span: null })) };
}

describe("parseIpvsadm", () => {
  it("reads what ipvsadm -S prints", () => {
    const { value, diagnostics } = parseIpvsadm(SAVE, "f");
    expect(diagnostics).toEqual([]);
    expect(value?.[0]).toEqual({
      key: { kind: "address", proto: 6, end: { address: 0x0a60_0001, port: 443, text: "10.96.0.1:443" } },
      scheduler: "rr",
      schedulerFlags: [],
      persistence: null,
      onePacket: false,
      servers: [
        {
          end: { address: 0x0a14_1e04, port: 6443, text: "10.20.30.4:6443" },
          method: "masq",
          weight: 1,
          span: { file: "f", line: 2 },
        },
      ],
      span: { file: "f", line: 1 },
    });
  });

  it("reads the listing for people as the same services", () => {
    const listed = parseIpvsadm(LISTING, "f");
    expect(listed.diagnostics).toEqual([]);
    // A tunnel's own words are not in the plain listing.
    const saved = parseIpvsadm(SAVE.replace(/^.*--tun-type.*\n/m, ""), "f");
    expect(listed.value?.map(unplaced)).toEqual(saved.value?.map(unplaced));
  });

  it("reads the numbers of /proc/net/ip_vs", () => {
    const { value, diagnostics } = parseIpvsadm(PROC, "f");
    expect(diagnostics).toEqual([]);
    expect(value?.map(({ key, persistence, servers }) => ({ key, persistence, servers: servers.length }))).toEqual([
      {
        key: { kind: "address", proto: 6, end: { address: 0x0a60_0001, port: 443, text: "0A600001:01BB" } },
        persistence: null,
        servers: 1,
      },
      {
        key: {
          kind: "address",
          proto: 6,
          end: { address: (0xfd00n << 112n) | 0x10n, port: 53, text: "[fd00:0000:0000:0000:0000:0000:0000:0010]:0035" },
        },
        persistence: { timeout: 300, netmask: null, engine: null },
        servers: 0,
      },
      {
        key: { kind: "address", proto: 17, end: { address: 0x0a60_000a, port: 53, text: "0A60000A:0035" } },
        persistence: { timeout: 300, netmask: "255.255.255.0", engine: null },
        servers: 0,
      },
      { key: { kind: "fwmark", mark: 10, family: "ip" }, persistence: null, servers: 0 },
    ]);
  });

  it("keeps names, which it does not resolve, but for ports that everybody knows", () => {
    const { value } = parseIpvsadm("-A -t vip.example:https -s rr\n", "f");
    expect(value?.[0]?.key).toEqual({
      kind: "address",
      proto: 6,
      end: { address: null, port: 443, text: "vip.example:https" },
    });
  });

  it("reads the commands that people write", () => {
    const text = "ipvsadm --add-service --tcp-service 10.0.0.1:80\nipvsadm -a -t 10.0.0.1:80 -r 10.0.0.2 -x 100\n";
    expect(parseIpvsadm(text, "f").value?.map(unplaced)).toEqual(
      parseIpvsadm("-A -t 10.0.0.1:80 -s wlc\n-a -t 10.0.0.1:80 -r 10.0.0.2 -g -w 1\n", "f").value?.map(unplaced),
    );
  });

  it("says that there is no service", () => {
    expect(parseIpvsadm("", "f")).toEqual({ value: [], diagnostics: [] });
  });

  it.each([
    ["a value that is none", "-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w much\n", 2],
    ["a server of no service", "-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 1\n", 1],
    ["another listing", "Prot LocalAddress:Port               Conns   InPkts\nTCP  10.0.0.1:80    1   2\n", 1],
    ["the connections", "IPVS connection entries\npro expire state\n", 1],
  ])("knows nothing after %s", (_, text, line) => {
    const { value, diagnostics } = parseIpvsadm(text, "f");
    expect(value).toBeNull();
    expect(diagnostics[0]).toMatchObject({ code: "bad-ipvs-line", span: { line } });
  });
});
