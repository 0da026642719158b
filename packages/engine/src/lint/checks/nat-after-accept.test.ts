import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { natAfterAccept } from "./nat-after-accept.ts";
import { shadowedRule } from "./shadowed-rule.ts";

function files(...nat: readonly string[]): Readonly<Record<string, string>> {
  return { "iptables-save.txt": saved({ nat }) };
}

it("finds a mapping that an ACCEPT or another mapping hides", () => {
  const hidden = files("-A POSTROUTING -s 10.0.0.0/8 -j ACCEPT", "-A POSTROUTING -s 10.1.0.0/16 -o eth0 -j MASQUERADE");
  expect(told(natAfterAccept, hidden)).toEqual([
    "warning POSTROUTING/2: this NAT rule is never asked: rule 1 before it settles all connections that it is for",
  ]);
  // And no other check says it again.
  expect(told(shadowedRule, hidden)).toEqual([]);
  expect(
    told(
      natAfterAccept,
      files(
        "-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80",
        "-A PREROUTING -d 192.0.2.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.3:80",
      ),
    ),
  ).toHaveLength(1);
});

it("says nothing where some connection is left, nor of other tables", () => {
  expect(
    told(
      natAfterAccept,
      files("-A POSTROUTING -s 10.1.0.0/16 -j ACCEPT", "-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE"),
    ),
  ).toEqual([]);
  const filter = ["-A INPUT -s 10.0.0.0/8 -j ACCEPT", "-A INPUT -s 10.1.0.0/16 -j DROP"];
  expect(told(natAfterAccept, { "iptables-save.txt": saved({ filter }) })).toEqual([]);
});
