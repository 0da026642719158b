import { expect, it } from "vitest";
import { ipRules, saved, told } from "../told.ts";
import { markNeverWritten } from "./mark-never-written.ts";

function lint(rules: Readonly<Record<string, readonly string[]>>, ...routing: readonly string[]): readonly string[] {
  return told(markNeverWritten, { "iptables-save.txt": saved(rules), "ip-rule.txt": ipRules(...routing) });
}

it("finds a mark that rules ask for and none sets", () => {
  const asks = "-A FORWARD -m mark --mark 0x40/0x40 -j DROP";
  expect(lint({ filter: [asks] })).toEqual([
    "info FORWARD/1: this rule asks for 0x40 of the packet's mark, which no rule sets",
  ]);
  expect(lint({ mangle: ["-A PREROUTING -j MARK --set-xmark 0x40/0x40"], filter: [asks] })).toEqual([]);
  expect(
    lint({
      mangle: ["-A PREROUTING -j CONNMARK --set-xmark 0x40/0x40", "-A PREROUTING -j CONNMARK --restore-mark"],
      filter: [asks],
    }),
  ).toEqual([]);
  expect(lint({ filter: ["-A FORWARD -m connmark --mark 0x1/0x1 -j DROP"] })).toHaveLength(1);
});

it("finds a routing rule that waits for a mark", () => {
  expect(lint({ filter: [] }, "600:\tfrom all fwmark 0x3000/0x3000 lookup 100")).toEqual([
    "info -/-: this routing rule asks for 0x3000 of the mark, which no rule sets",
  ]);
});

it("leaves marks to those that set them elsewhere", () => {
  // WireGuard's own socket.
  expect(lint({ filter: [] }, "32765:\tnot from all fwmark 0xca6c lookup 51820")).toEqual([]);
  // Cilium's programs of BPF.
  expect(
    lint({
      filter: [
        '-A INPUT -m comment --comment "cilium-feeder: CILIUM_INPUT" -j CILIUM_INPUT',
        '-A CILIUM_INPUT -m mark --mark 0x200/0xf00 -m comment --comment "cilium: ACCEPT for proxy traffic" -j ACCEPT',
      ],
    }),
  ).toEqual([]);
});
