import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { inputInterfaceInOutput } from "./input-interface-in-output.ts";

function lint(...filter: readonly string[]): readonly string[] {
  return told(inputInterfaceInOutput, { "iptables-save.txt": saved({ filter }) });
}

it("finds an input device asked of the node's own packets", () => {
  const rules = ["-A OUTPUT -j OWN", "-A OWN -i eth0 -j DROP", "-A OWN ! -i lo -j ACCEPT"];
  expect(lint(...rules)).toEqual([
    "warning OWN/1: this rule asks for a packet that came in by eth0, in a chain that output alone calls: packets of the node itself came in by none, and it never matches",
    "warning OWN/2: `! -i lo` is no condition here: the chain is called from output alone, and packets of the node itself came in by no device",
  ]);
  expect(lint(...rules, "-A FORWARD -j OWN")).toEqual([]);
});

it("says nothing of output devices, nor of POSTROUTING, where forwarded packets have both", () => {
  expect(lint("-A OUTPUT -o eth0 -j DROP")).toEqual([]);
  const nat = ["-A POSTROUTING -j OWN", "-A OWN -i eth0 -j MASQUERADE"];
  expect(told(inputInterfaceInOutput, { "iptables-save.txt": saved({ nat }) })).toEqual([]);
});
