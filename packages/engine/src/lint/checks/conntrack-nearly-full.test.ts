import { describe, expect, it } from "vitest";
import { placed } from "../told.ts";
import { conntrackNearlyFull } from "./conntrack-nearly-full.ts";

function told(most: number, count: number): readonly string[] {
  const text = `net.netfilter.nf_conntrack_count = ${String(count)}\nnet.netfilter.nf_conntrack_max = ${String(most)}\n`;
  return placed(conntrackNearlyFull, { "sysctl.txt": text });
}

describe("conntrack-nearly-full", () => {
  it("tells little room from none", () => {
    expect(told(1000, 900)).toEqual(["warning conntrack-nearly-full sysctl.txt:2"]);
    expect(told(1000, 1000)).toEqual(["error conntrack-full sysctl.txt:2"]);
  });

  it("counts the listed flows where no setting tells", () => {
    const flow =
      "tcp      6 117 SYN_SENT src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 mark=0 use=1\n";
    const files = { "sysctl.txt": "net.netfilter.nf_conntrack_max = 1\n", "conntrack.txt": flow };
    expect(placed(conntrackNearlyFull, files)).toEqual(["error conntrack-full sysctl.txt:1"]);
  });

  it("says nothing where there is room, or no limit", () => {
    expect(told(1000, 899)).toEqual([]);
    expect(told(0, 899)).toEqual([]);
    expect(placed(conntrackNearlyFull, { "sysctl.txt": "net.netfilter.nf_conntrack_count = 9\n" })).toEqual([]);
  });
});
