import { describe, expect, it } from "vitest";
import { printPriority } from "../../ext/nft/priority.ts";
import { parseTime, printTime } from "../../ext/nft/time.ts";
import type { NftTable } from "../../model/nft.ts";
import { printNft, printNftRule } from "./nft.ts";

const span = { file: "f", line: 1 };
const rule = { comment: null, handle: null, text: null, file: "f", line: 1 };

const table: NftTable = {
  family: "ip",
  name: "t",
  handle: 3,
  flags: [],
  comment: null,
  chains: [],
  sets: [],
  objects: [],
  flowtables: [
    {
      name: "ft",
      handle: 4,
      hook: "ingress",
      priority: 5,
      devices: ["eth0", "eth1"],
      flags: ["offload", "counter"],
      span,
    },
  ],
  span,
};

describe("what this kernel does not take, and nft would print", () => {
  it("flowtables", () => {
    expect(printNft([table], { handles: true })).toBe(
      "table ip t { # handle 3\n\tflowtable ft { # handle 4\n\t\thook ingress priority filter + 5\n\t\tdevices = { eth0, eth1 }\n\t\tflags offload\n\t\tcounter\n\t}\n}\n",
    );
  });

  it.each([
    ["queue to 0", { kind: "queue", queue: null, flags: [] }],
    ["queue flags bypass,fanout to 0", { kind: "queue", queue: null, flags: ["bypass", "fanout"] }],
    [
      "synproxy mss 1460 timestamp",
      {
        kind: "synproxy",
        options: [
          ["mss", "1460"],
          ["timestamp", ""],
        ],
      },
    ],
    ["flow add @ft", { kind: "flow", flowtable: "ft" }],
    ["# match-set X dst", { kind: "xt", type: null, name: null, text: "match-set X dst" }],
    ["# xt_recent", { kind: "xt", type: null, name: "recent", text: null }],
  ] as const)("%s", (text, statement) => {
    expect(printNftRule({ ...rule, statements: [statement] })).toBe(text);
  });

  it("numbers that JSON has and nobody can count with", () => {
    const body = [
      ["bytes", "lots"],
      ["inv", "true"],
    ] as const;
    const quota = { type: "quota", name: "q", handle: null, comment: null, body, span };
    expect(printNft([{ ...table, flowtables: [], objects: [quota] }])).toContain("over 0 bytes");
  });
});

describe("priorities", () => {
  it.each([
    [-100, "ip", "prerouting", "dstnat"],
    [-100, "ip", "output", "-100"],
    [100, "ip6", "postrouting", "srcnat"],
    [95, "inet", "postrouting", "srcnat - 5"],
    [11, "ip", "input", "11"],
    [-10, "ip", "input", "filter - 10"],
    [-200, "bridge", "input", "filter"],
    [0, "bridge", "input", "0"],
    [100, "bridge", "output", "out"],
    [-300, "arp", "input", "-300"],
  ] as const)("%d of %s in %s is %s", (priority, family, hook, text) => {
    expect(printPriority(priority, family, hook)).toBe(text);
  });
});

describe("times", () => {
  it.each(["1d2h3m4s", "5ms", "0s", "1h", "59m59s996ms", "2d"])("%s", (text) => {
    expect(printTime(parseTime(text) ?? Number.NaN)).toBe(text);
  });

  it.each(["", "5x", "m5", "1s1m"])("%j is none", (text) => {
    expect(parseTime(text)).toBeNull();
  });
});
