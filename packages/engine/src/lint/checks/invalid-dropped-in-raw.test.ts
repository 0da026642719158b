import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { invalidDroppedInRaw } from "./invalid-dropped-in-raw.ts";

function lint(rules: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return told(invalidDroppedInRaw, { "iptables-save.txt": saved(rules) });
}

it("finds a drop by state before conntrack", () => {
  expect(lint({ raw: ["-A PREROUTING -m conntrack --ctstate INVALID -j DROP"] })).toEqual([
    "error PREROUTING/1: this rule drops by a state of the connection before conntrack has looked (prerouting): here every packet is INVALID, and it takes all that it asks for otherwise",
  ]);
  expect(lint({ raw: ["-A PREROUTING -m conntrack ! --ctstate NEW,ESTABLISHED -j DROP"] })).toHaveLength(1);
  expect(lint({ raw: ["-A OUTPUT -j OWN", "-A OWN -m state --state INVALID -j DROP"] })).toHaveLength(1);
});

it("says nothing of it where conntrack has looked, nor of states that no packet has there", () => {
  expect(lint({ mangle: ["-A PREROUTING -m conntrack --ctstate INVALID -j DROP"] })).toEqual([]);
  expect(lint({ raw: ["-A PREROUTING -m conntrack --ctstate UNTRACKED -j DROP"] })).toEqual([]);
  expect(lint({ raw: ["-A PREROUTING -m conntrack --ctstate INVALID -j LOG"] })).toEqual([]);
});

it("reads nft by the priority of its chain", () => {
  const nft = (priority: string): Readonly<Record<string, string>> => ({
    "nft-ruleset.txt": `table inet t {\n\tchain c {\n\t\ttype filter hook prerouting priority ${priority}; policy accept;\n\t\tct state invalid drop\n\t}\n}\n`,
  });
  expect(told(invalidDroppedInRaw, nft("raw"))).toHaveLength(1);
  expect(told(invalidDroppedInRaw, nft("mangle"))).toEqual([]);
});
