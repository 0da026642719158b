import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { conntrackInactiveNat } from "./conntrack-inactive-nat.ts";

function lint(...nat: readonly string[]): readonly string[] {
  return told(conntrackInactiveNat, { "iptables-save.txt": saved({ nat }) });
}

it("finds rules in NAT chains where nothing turns conntrack on", () => {
  expect(lint("-A PREROUTING -p tcp -j LOG", "-A PREROUTING -s 10.0.0.0/8 -j ACCEPT")).toEqual([
    "warning PREROUTING/1: the rules of PREROUTING never run: nothing in this family needs conntrack, and without it NAT chains are not asked",
  ]);
});

it("says nothing where a NAT target or a match of conntrack is in use, also one that no packet comes to", () => {
  expect(lint("-A PREROUTING -p tcp -j LOG", "-A POSTROUTING -j MASQUERADE")).toEqual([]);
  expect(lint("-A PREROUTING -p tcp -j LOG", "-A LOST -m conntrack --ctstate NEW -j ACCEPT")).toEqual([]);
  expect(lint()).toEqual([]);
  expect(told(conntrackInactiveNat, { "iptables-save.txt": saved({ mangle: ["-A PREROUTING -j LOG"] }) })).toEqual([]);
});
