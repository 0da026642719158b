import { describe, expect, it } from "vitest";
import { parseAddress } from "../../base/address.ts";
import type { Socket } from "../../model/host.ts";
import { parseSs } from "./parse-ss.ts";

const HEADER = "Netid State  Recv-Q Send-Q  Local Address:Port   Peer Address:Port Process\n";

function one(line: string): Socket | undefined {
  return parseSs(`${line}\n`, "f").value[0];
}

describe("parseSs", () => {
  it("reads a socket with everything that `-e` and `--inet-sockopt` add", () => {
    const lines =
      'tcp   LISTEN 0      128  127.0.0.1:42133  0.0.0.0:*  users:(("envoy",pid=1,fd=2)) uid:1000 ino:1 sk:7 fwmark:0x200 v6only:1 <->\n' +
      "\tinet-sockopt: ( is_icsk mc_loop transparent mc_all)  ";
    expect(parseSs(`${HEADER}${lines}\n`, "f")).toEqual({
      value: [
        {
          proto: "tcp",
          state: "LISTEN",
          localAddress: parseAddress("127.0.0.1"),
          localPort: 42133,
          peerAddress: 0,
          peerPort: null,
          device: null,
          transparent: true,
          uid: 1000,
          mark: 0x200,
          v6only: true,
          text: lines,
          span: { file: "f", line: 2 },
          header: HEADER.trimEnd(),
        },
      ],
      diagnostics: [],
    });
  });

  it("reads every form of address", () => {
    expect(one("udp UNCONN 0 0 10.0.0.1%eth0:68 0.0.0.0:*")).toMatchObject({ device: "eth0", localPort: 68 });
    expect(one("udp UNCONN 0 0 [fe80::10]%eth1:546 [::]:*")).toMatchObject({
      localAddress: parseAddress("fe80::10"),
      device: "eth1",
      peerAddress: 0n,
    });
    expect(one("tcp LISTEN 0 9 *:9090 *:*")).toMatchObject({ localAddress: null, localPort: 9090, peerAddress: null });
    expect(one("icmp6 UNCONN 0 0 *:ipv6-icmp *:*")).toBeUndefined();
  });

  it("says of options that were not listed that they are unknown, and of root that it is root", () => {
    expect(one("tcp LISTEN 0 9 *:1 *:*")).toMatchObject({ transparent: null, uid: null, mark: null, v6only: null });
    expect(one("tcp LISTEN 0 9 *:1 *:* ino:5 sk:1 <->")).toMatchObject({ uid: 0 });
  });

  it("finds the socket options on the socket's own line, too", () => {
    expect(one("tcp LISTEN 0 9 *:1 *:* ino:5 inet-sockopt: ( is_icsk transparent)")).toMatchObject({
      transparent: true,
    });
    expect(one("tcp LISTEN 0 9 *:1 *:* ino:5 inet-sockopt: ( is_icsk)")).toMatchObject({ transparent: false });
  });

  it("reads a listing of one kind, which has no Netid", () => {
    const header = "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n";
    expect(parseSs(`${header}LISTEN 0 9 0.0.0.0:80 0.0.0.0:*\n`, "f").value).toMatchObject([{ proto: "tcp" }]);
    expect(parseSs(`${header}UNCONN 0 0 0.0.0.0:53 0.0.0.0:*\n`, "f").value).toMatchObject([{ proto: "udp" }]);
  });

  it("names what it cannot read and goes on", () => {
    const text =
      "tcp LISTEN 0 9 10.0.0.1:http 0.0.0.0:*\nstrange ESTAB 0 0 * 1 * 2\ntcp LISTEN 0 9 *:1 *:*\ntcp LISTEN 0 9 *:70000 *:*\n";
    const { value, diagnostics } = parseSs(text, "f");
    expect(value).toHaveLength(1);
    expect(diagnostics.map(({ code, span }) => [code, span.line, span.column])).toEqual([
      ["bad-word-value", 1, 16],
      ["unknown-line", 2, 1],
      ["bad-word-value", 4, 16],
    ]);
  });

  it("passes over a summary and sockets that no packet of IP meets, with the lines that continue them", () => {
    const text = [
      "Total: 12",
      "TCP:   2 (estab 0, closed 1, orphaned 0, timewait 0)",
      "",
      "Transport Total     IP        IPv6",
      "RAW\t  0         0         0        ",
      "INET\t  2         2         0        ",
      "",
      "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process",
      "nl    UNCONN 0      0                  0:0             *      sk=0",
      "\t skmem:(r0,rb212992)",
      "tcp   LISTEN 0      5            0.0.0.0:8080    0.0.0.0:*     ino:1 sk:6",
      "\t bbr cwnd:10",
      "u_str LISTEN 0      4096       /run/x.sock 2066        * 0",
      "\t skmem:(r0,rb1)",
    ].join("\n");
    const { value, diagnostics } = parseSs(text, "ss.txt");
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject([
      { proto: "tcp", localPort: 8080, text: expect.stringMatching(/cwnd:10$/) as unknown },
    ]);
  });

  it("takes the kind of a listing of one kind from whoever knows it", () => {
    const { value } = parseSs("ESTAB 0 0 10.0.0.1:5353 10.0.0.2:53\n", "ss.txt", { proto: "udp" });
    expect(value).toMatchObject([{ proto: "udp" }]);
  });
});
