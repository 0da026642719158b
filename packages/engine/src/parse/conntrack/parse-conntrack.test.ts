import { describe, expect, it } from "vitest";
import { parseAddress } from "../../base/address.ts";
import { parseConntrack } from "./parse-conntrack.ts";

const TCP =
  "tcp      6 86399 ESTABLISHED src=10.0.0.9 dst=10.96.0.1 sport=4000 dport=443 src=10.244.6.1 dst=10.0.0.1 sport=6443 dport=2000 [ASSURED] mark=85 helper=ftp use=1";

describe("parseConntrack", () => {
  it("reads both directions of a translated flow", () => {
    expect(parseConntrack(`${TCP}\n`, "f")).toEqual({
      value: [
        {
          original: {
            src: parseAddress("10.0.0.9"),
            dst: parseAddress("10.96.0.1"),
            proto: 6,
            sport: 4000,
            dport: 443,
            icmpType: null,
            icmpCode: null,
          },
          reply: {
            src: parseAddress("10.244.6.1"),
            dst: parseAddress("10.0.0.1"),
            proto: 6,
            sport: 6443,
            dport: 2000,
            icmpType: null,
            icmpCode: null,
          },
          timeout: 86399,
          state: "ESTABLISHED",
          seenReply: true,
          assured: true,
          mark: 85,
          zone: 0,
          helper: "ftp",
          text: TCP,
          span: { file: "f", line: 1 },
        },
      ],
      diagnostics: [],
    });
  });

  it("knows the query id of ICMP from the id of the flow", () => {
    const line =
      "ipv4     2 icmp     1 29 src=10.0.0.9 dst=10.0.0.1 type=8 code=0 id=77 [UNREPLIED] src=10.0.0.1 dst=10.0.0.9 type=0 code=0 id=77 mark=0 use=1 id=3247888430\n";
    const { value, diagnostics } = parseConntrack(line, "f");
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject([
      { seenReply: false, original: { icmpType: 8, sport: 77, dport: 0 }, reply: { icmpType: 0, sport: 77 } },
    ]);
  });

  it("reads flows that were offloaded and have no timeout, keys of GRE, zones, unknown protocols", () => {
    const text = [
      "tcp 6 src=10.0.0.9 dst=10.0.0.1 sport=1 dport=2 src=10.0.0.1 dst=10.0.0.9 sport=2 dport=1 [OFFLOAD] mark=0 zone=7 use=1",
      "gre 47 59 src=10.0.0.9 dst=10.0.0.1 srckey=0x10 dstkey=0x20 src=10.0.0.1 dst=10.0.0.9 srckey=0x20 dstkey=0x10 mark=0 use=1",
      "unknown 99 598 src=10.0.0.9 dst=10.0.0.1 zone-orig=3 [UNREPLIED] src=10.0.0.1 dst=10.0.0.9 mark=0 use=1",
    ].join("\n");
    const { value, diagnostics } = parseConntrack(text, "f");
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject([
      { timeout: null, state: null, zone: 7 },
      { original: { sport: 0x10, dport: 0x20 } },
      { original: { proto: 99, sport: 0 }, zone: 3, zoneDirection: "original", timeout: 598 },
    ]);
  });

  it("passes over the tool's own summary", () => {
    const summary = "conntrack v1.4.7 (conntrack-tools): 1 flow entries have been shown.";
    expect(parseConntrack(`${summary}\n${TCP}\n`, "f").diagnostics).toEqual([]);
  });

  it("names lines and values that it cannot read", () => {
    const text = `${TCP.replace("sport=4000", "sport=70000")}\n${TCP} warm=1 word\ntcp 6 5 src=10.0.0.1 dst=10.0.0.2\n`;
    const { value, diagnostics } = parseConntrack(text, "f");
    expect(value).toHaveLength(1);
    expect(diagnostics.map(({ code, span }) => [code, span.line, span.column])).toEqual([
      ["bad-word-value", 1, TCP.indexOf("sport") + 1],
      ["unknown-word", 2, TCP.length + 2],
      ["unknown-word", 2, TCP.length + 9],
      ["unknown-line", 3, 1],
    ]);
  });
});
