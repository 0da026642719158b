import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { outputInterfaceBeforeRouting } from "./output-interface-before-routing.ts";

function lint(mangle: readonly string[]): readonly string[] {
  return told(outputInterfaceBeforeRouting, { "iptables-save.txt": saved({ mangle }) });
}

it("finds an output device in a chain that only PREROUTING or INPUT call", () => {
  const rules = ["-A PREROUTING -j MARKS", "-A MARKS -o eth1 -j MARK --set-xmark 0x1/0x1"];
  expect(lint(rules)).toEqual([
    "warning MARKS/1: this rule asks for a packet that leaves by eth1, in a chain that prerouting alone calls: before routing there is no output device, and it never matches",
  ]);
  expect(lint([...rules, "-A INPUT -j MARKS"])).toHaveLength(1);
  expect(lint([...rules, "-A POSTROUTING -j MARKS"])).toEqual([]);
});

it("finds one that always holds, as Cilium writes it: a note, since nobody can write it otherwise", () => {
  expect(lint(["-A PREROUTING -j MARKS", "-A MARKS ! -o lo -j MARK --set-xmark 0x1/0x1"])).toEqual([
    "warning MARKS/1: `! -o lo` is no condition here: the chain is called from prerouting alone, and before routing there is no output device",
  ]);
  expect(
    lint([
      '-A PREROUTING -m comment --comment "cilium-feeder: CILIUM_PRE_mangle" -j CILIUM_PRE_mangle',
      '-A CILIUM_PRE_mangle ! -o lo -m socket --transparent -m comment --comment "cilium: any->pod redirect proxied traffic to host proxy" -j MARK --set-xmark 0x200/0xffffffff',
    ]),
  ).toEqual([expect.stringMatching(/^info CILIUM_PRE_mangle\/1: `! -o lo` is no condition/)]);
});

it("reads nft, and takes a device of any name for no condition", () => {
  const nft = (rule: string): Readonly<Record<string, string>> => ({
    "nft-ruleset.txt": `table inet t {\n\tchain c {\n\t\ttype filter hook input priority filter; policy accept;\n\t\t${rule}\n\t}\n}\n`,
  });
  expect(told(outputInterfaceBeforeRouting, nft('oifname "eth1" drop'))).toHaveLength(1);
  expect(told(outputInterfaceBeforeRouting, nft('iifname "eth1" drop'))).toEqual([]);
});
