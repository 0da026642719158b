import { describe, expect, it } from "vitest";
import type { IpSet } from "../../model/sets.ts";
import { printIpset } from "./ipset.ts";

const SET: IpSet = {
  name: "s",
  type: "hash:net",
  family: "ip",
  dimensions: ["net"],
  options: [
    { name: "hashsize", value: "1024" },
    { name: "comment", value: null },
  ],
  elements: [
    { parts: [], nomatch: true, options: [{ name: "comment", value: "a b" }], text: "10.0.0.0/8", line: 1 },
    {
      parts: [],
      nomatch: true,
      options: [
        { name: "timeout", value: "5" },
        { name: "packets", value: "1" },
      ],
      text: "10.1.0.0/16",
      line: 2,
    },
  ],
  span: { file: "made by hand", line: 1 },
};

describe("printIpset", () => {
  it("prints sets made by hand as `ipset save` would", () => {
    expect(printIpset([SET])).toBe(
      'create s hash:net family inet hashsize 1024 comment\nadd s 10.0.0.0/8 nomatch comment "a b"\nadd s 10.1.0.0/16 timeout 5 nomatch packets 1\n',
    );
    expect(printIpset([{ ...SET, name: "l", type: "list:set", options: [], elements: [] }])).toBe(
      "create l list:set\n",
    );
  });

  it("prints them as `ipset list` would, with a blank line between", () => {
    const bare = {
      ...SET,
      elements: [],
      terse: true,
      header: [
        ["Revision", "7"],
        ["References", "0"],
      ] as const,
    };
    expect(printIpset([bare, { ...SET, elements: [] }], "list")).toBe(
      "Name: s\nType: hash:net\nRevision: 7\nHeader: family inet hashsize 1024 comment\nReferences: 0\n\n" +
        "Name: s\nType: hash:net\nHeader: family inet hashsize 1024 comment\nMembers:\n",
    );
  });
});
