import { describe, expect, it } from "vitest";
import { parseCaseFile, rewriteCaseFile } from "./case-file.ts";

const TEXT = `Packets are dropped
source: net/netfilter/core.c nf_hook_slow
backend: legacy

--- iptables-save
*filter
-A FORWARD -j DROP

COMMIT

--- packet --iif eth0 --df --src 10.0.0.9
# why
filter FORWARD 1
=> drop none

--- flush

--- packet --local
`;

describe("case files", () => {
  it("reads what the kernel picks at random", () => {
    const random = (value: string): unknown => parseCaseFile(`A belief\nrandom: ${value}\n`).random;
    expect(random("port 1024-65535")).toEqual({ ports: { from: 1024, to: 65535 }, devices: [] });
    expect(random("device eth1 eth2")).toEqual({ ports: null, devices: ["eth1", "eth2"] });
    expect(parseCaseFile("A belief\nrandom: eth1\n").problems).toEqual(["not a header line: random: eth1"]);
  });

  it("reads every part", () => {
    const kase = parseCaseFile(TEXT);
    expect(kase).toMatchObject({
      belief: "Packets are dropped",
      source: "net/netfilter/core.c nf_hook_slow",
      backends: ["legacy"],
      noKernel: null,
      files: [{ name: "iptables-save", text: "*filter\n-A FORWARD -j DROP\n\nCOMMIT\n" }],
      problems: [],
    });
    expect(kase.events).toMatchObject([
      { kind: "packet", line: 11, expected: ["filter FORWARD 1", "=> drop none"] },
      { kind: "flush" },
      { kind: "packet", line: 18, expected: [] },
    ]);
    const [first] = kase.events;
    expect(first?.kind === "packet" && [...first.fields]).toEqual([
      ["iif", "eth0"],
      ["df", ""],
      ["src", "10.0.0.9"],
    ]);
  });

  it("runs with both backends unless told otherwise, and keeps the reason for a skip", () => {
    const kase = parseCaseFile("A belief\nkernel: no such match here\ngiven: it rains\ngiven: not it snows\n");
    expect(kase).toMatchObject({ backends: ["legacy", "nft"], noKernel: "such match here" });
    expect([...kase.given]).toEqual([
      ["it rains", true],
      ["it snows", false],
    ]);
  });

  it("names lines that it cannot read", () => {
    expect(parseCaseFile("A belief\nbackend: all\nkernel: no\nnothing\n").problems).toHaveLength(3);
    expect(parseCaseFile("").problems).toEqual(["the first line must say what the case is about"]);
  });

  it("rewrites the expected lines and nothing else", () => {
    const lines = [["a 1", "=> x"], ["=> y"]];
    const rewritten = rewriteCaseFile(TEXT, lines);
    expect(rewritten).toBe(
      TEXT.replace("filter FORWARD 1\n=> drop none", "a 1\n=> x").replace("--local\n", "--local\n=> y\n"),
    );
    expect(rewriteCaseFile(rewritten, lines)).toBe(rewritten);
  });
});
