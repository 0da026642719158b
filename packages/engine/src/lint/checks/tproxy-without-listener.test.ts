import { describe, expect, it } from "vitest";
import { placed, saved } from "../told.ts";
import { tproxyWithoutListener } from "./tproxy-without-listener.ts";

function rule(protocol: string, port = "15001"): string {
  return `-A PREROUTING -p ${protocol} -j TPROXY --on-port ${port} --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff`;
}

const HEAD = "Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess\n";
const OTHER = "udp   UNCONN 0      0         127.0.0.1:53       0.0.0.0:*   \n\tinet-sockopt: ( mc_loop)\n";
const listener = (options: string): string =>
  `tcp   LISTEN 0      128       127.0.0.1:15001       0.0.0.0:*   \n\tinet-sockopt: ( ${options})\n`;

function told(sockets: string, ...rules: readonly string[]): readonly string[] {
  return placed(tproxyWithoutListener, {
    "iptables-save.txt": saved({ mangle: rules }),
    "ss.txt": HEAD + sockets,
  });
}

describe("tproxy-without-listener", () => {
  it("names the rule that drops all it takes, and tells why", () => {
    const other = listener("transparent").replace("15001", "15002");
    expect(told(other, rule("tcp"))).toEqual(["error tproxy-without-listener PREROUTING/1 iptables-save.txt:8"]);
    expect(told(listener("mc_loop"), rule("tcp"))).toEqual([
      "error tproxy-opaque-listener PREROUTING/1 iptables-save.txt:8",
    ]);
  });

  it("says nothing where a transparent socket listens, by one protocol of the two that Cilium always writes", () => {
    expect(told(listener("transparent"), rule("tcp"))).toEqual([]);
    expect(told(listener("transparent") + OTHER, rule("tcp"), rule("udp"))).toEqual([]);
  });

  it("says nothing of what was not listed: options, a protocol, sockets at all", () => {
    const bare = listener("").split("\n")[0] ?? "";
    expect(told(`${bare}\n`, rule("tcp"))).toEqual([]);
    expect(told(listener("transparent"), rule("udp", "15002"))).toEqual([]);
    expect(placed(tproxyWithoutListener, { "iptables-save.txt": saved({ mangle: [rule("tcp")] }) })).toEqual([]);
  });
});
