import { describe, expect, it } from "vitest";
import { renderPhrase } from "../messages/explain/phrase.ts";
import type { Language } from "../messages/catalogue.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import { explainSnapshot } from "./explain.ts";

const ADDRESSES =
  "3: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default\n" +
  "    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    inet 10.96.0.1/32 scope global kube-ipvs0\n" +
  "       valid_lft forever preferred_lft forever\n";

/** What is said of the only virtual server, line by line; then its owner. */
function told(listing: string, language: Language = "en"): readonly (string | null)[] {
  const files = [
    { path: "ipvsadm-save.txt", text: listing },
    { path: "ip-addr.txt", text: ADDRESSES },
  ];
  const [service] = explainSnapshot(parseSnapshot(files, { name: "n" }), { kind: "all" }).ipvs;
  if (service === undefined) throw new Error("no virtual server");
  const parts = [...service.says, ...service.notes, ...service.servers.map(({ says }) => says)];
  return [...parts.map((part) => renderPhrase(part, language)), service.owner?.name ?? null];
}

const KEY = "-t 10.96.0.1:443";

describe("virtual servers in words", () => {
  it("says who shares what out, how long a client stays, and whose the address is", () => {
    const two = `-a ${KEY} -r 10.0.0.2:6443 -m -w 1\n-a ${KEY} -r 10.0.0.3:6443 -i -w 0\n`;
    expect(told(`-A ${KEY} -s wlc -p 10800\n${two}`)).toEqual([
      "Connections for tcp 10.96.0.1:443 are shared out among 2 real servers: whoever has the fewest connections for its weight (wlc).",
      "A client stays with its server for 10800 seconds.",
      "10.96.0.1 is on kube-ipvs0 (the dummy device that holds the service addresses, so that the kernel takes them for its own).",
      "→ 10.0.0.2:6443, weight 1: masqueraded, its destination becomes this server.",
      "→ 10.0.0.3:6443, weight 0 (no new connection): sent there in a tunnel; answers do not pass this node.",
      "kube-proxy",
    ]);
  });

  it("says that nobody serves it where no server can have a new connection", () => {
    const refused = "new connections are refused.";
    expect(told(`-A ${KEY} -s rr\n`)[0]).toBe(`Nobody serves tcp 10.96.0.1:443: it has no real server, and ${refused}`);
    expect(told(`-A ${KEY} -s rr\n-a ${KEY} -r 10.0.0.2:80 -m -w 0\n`)[0]).toBe(
      `Nobody serves tcp 10.96.0.1:443 anew: its real servers all have weight 0, and ${refused}`,
    );
  });

  it("knows marks, ports that are hashed, schedulers that nobody knows, and addresses that are nowhere", () => {
    const marked = "-a -f 7 -r 10.0.0.1:0 -g -w 1\n-a -f 7 -r 10.0.0.2:0 -g -w 1\n";
    expect(told(`-A -f 7 -s sh -b sh-port\n${marked}`, "zh")).toEqual([
      "带 mark 7 的报文（ip）的连接分给 2 个真实服务器：按客户端地址和端口的哈希（sh）。",
      "→ 10.0.0.1:0，权重 1：报文原样路由给它，应答不经过本机。",
      "→ 10.0.0.2:0，权重 1：报文原样路由给它，应答不经过本机。",
      null,
    ]);
    const far = "-u 9.9.9.9:53";
    const servers = `-a ${far} -r 10.0.0.1:53 -m -w 1\n-a ${far} -r 10.0.0.2:53 -m -w 1\n`;
    expect(told(`-A ${far} -s mine -o\n${servers}`).slice(0, 3)).toEqual([
      "Connections for udp 9.9.9.9:53 are shared out among 2 real servers: as scheduler mine chooses (mine).",
      "Each datagram is scheduled for itself.",
      "No device of this node has 9.9.9.9: unless a route makes it local, its packets do not come to IPVS.",
    ]);
  });
});
