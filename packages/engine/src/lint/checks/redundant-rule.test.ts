import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { redundantRule } from "./redundant-rule.ts";

const WIDE = "-A INPUT -s 10.0.0.0/8 -j DROP";
const NARROW = "-A INPUT -s 10.1.0.0/16 -j DROP";

function lint(filter: readonly string[], policy = "ACCEPT [0:0]"): readonly string[] {
  return told(redundantRule, { "iptables-save.txt": saved({ filter }, { policies: { INPUT: policy } }) });
}

it("finds a rule whose packets a later rule takes to the same end", () => {
  expect(lint([NARROW, "-A INPUT -p udp -s 192.0.2.0/24 -j ACCEPT", WIDE], "DROP [0:0]")).toEqual([
    "info INPUT/1: without this rule every packet would fare the same: what it takes, later rules (3) take to the same end",
    "info INPUT/3: without this rule every packet would fare the same: what it takes comes to the same end at the end of the chain",
  ]);
  expect(lint([NARROW, "-A INPUT -s 10.1.2.0/24 -j ACCEPT", WIDE])).toEqual([]);
  expect(lint([NARROW, WIDE.replace("DROP", "REJECT --reject-with icmp-port-unreachable")])).toEqual([]);
});

it("adds up later rules and the policy", () => {
  const accept = "-A INPUT -p tcp -j ACCEPT";
  const before = "-A INPUT -p tcp -s 10.0.0.0/8 -m tcp --dport 22 -j ACCEPT";
  // Without conntrack a piece of a TCP header is dropped by --dport alone.
  const whole = "-A OUTPUT -m conntrack --ctstate INVALID -j DROP";
  expect(lint([before, accept, whole], "DROP [0:0]")).toHaveLength(1);
  expect(lint([before, accept], "DROP [0:0]")).toEqual([]);
  expect(
    lint([whole, before, "-A INPUT -p tcp -s 10.0.0.0/9 -m tcp --dport 22 -j ACCEPT", accept], "DROP [0:0]"),
  ).toEqual([expect.stringContaining("info INPUT/1")]);
  expect(lint(["-A INPUT -p udp -j RETURN"])).toHaveLength(1);
  expect(lint(["-A INPUT -p udp -j RETURN", "-A INPUT -j DROP"])).toEqual([]);
});

it("counts what happens to a packet on the way", () => {
  expect(lint([NARROW, "-A INPUT -p tcp -j LOG", WIDE])).toEqual([]);
  expect(lint([NARROW, "-A INPUT -j MARK --set-xmark 0x1/0x1", WIDE])).toEqual([]);
  expect(lint([NARROW, "-A INPUT -j CHECK", WIDE, "-A CHECK -s 10.1.1.1/32 -j ACCEPT"])).toEqual([]);
  expect(lint([NARROW, "-A INPUT -p tcp", WIDE])).toHaveLength(1);
});

it("is not sure of what hangs on chance or on nobody knows what", () => {
  expect(lint([NARROW, "-A INPUT -s 10.0.0.0/8 -m limit --limit 5/sec -j DROP"])).toEqual([]);
  expect(lint([NARROW, "-A INPUT -m colour --red -j ACCEPT", WIDE])).toEqual([]);
});

it("looks at mappings, and leaves those alone that a known program always writes", () => {
  const nat = (...rules: readonly string[]): readonly string[] =>
    told(redundantRule, { "iptables-save.txt": saved({ nat: rules }) });
  expect(nat("-A POSTROUTING -s 10.1.0.0/16 -j MASQUERADE", "-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE")).toHaveLength(
    1,
  );
  expect(
    nat("-A POSTROUTING -s 10.1.0.0/16 -j MASQUERADE", "-A POSTROUTING -s 10.0.0.0/8 -j SNAT --to-source 192.0.2.1"),
  ).toEqual([]);
  expect(
    lint([
      '-A INPUT -d 169.254.20.10/32 -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: allow DNS traffic" -j ACCEPT',
    ]),
  ).toEqual([]);
});
