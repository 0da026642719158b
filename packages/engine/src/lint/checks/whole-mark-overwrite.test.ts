import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { wholeMarkOverwrite } from "./whole-mark-overwrite.ts";

const KUBE = [
  '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  "-A KUBE-SERVICES -j KUBE-MARK-MASQ",
  "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000",
  '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
  "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
  '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
];

function lint(mangle: readonly string[]): readonly string[] {
  return told(wholeMarkOverwrite, { "iptables-save.txt": saved({ mangle, nat: KUBE }) });
}

it("finds a whole mark that is set between where kube-proxy marks and where it masquerades", () => {
  expect(lint(["-A POSTROUTING -s 10.0.0.0/8 -j MARK --set-xmark 0x21/0xffffffff"])).toEqual([
    "warning POSTROUTING/1: this rule sets the whole mark to 0x21: what kube-proxy had put into 0x4000 is lost on the way to where it is asked for",
  ]);
  expect(lint(["-A FORWARD -j MARK --set-xmark 0x21/0xffffffff"])).toHaveLength(1);
  expect(lint(["-A POSTROUTING -s 10.0.0.0/8 -j MARK --set-xmark 0x21/0x21"])).toEqual([]);
});

it("says nothing where the others' bits are set later, or on no way that leads here", () => {
  expect(lint(["-A PREROUTING -s 10.0.0.0/8 -j MARK --set-xmark 0x21/0xffffffff"])).toEqual([]);
  expect(lint(["-A INPUT -j MARK --set-xmark 0x21/0xffffffff"])).toEqual([]);
  expect(lint(["-A OUTPUT -j MARK --set-xmark 0x21/0xffffffff"])).toEqual([]);
});

it("knows what Cilium's programs keep in the mark, and leaves Cilium's own rules alone", () => {
  const cilium = [
    '-A PREROUTING -m comment --comment "cilium-feeder: CILIUM_PRE_mangle" -j CILIUM_PRE_mangle',
    '-A CILIUM_PRE_mangle -m socket --transparent -m comment --comment "cilium: any->pod redirect proxied traffic to host proxy" -j MARK --set-xmark 0x200/0xffffffff',
  ];
  expect(lint(cilium)).toEqual([]);
  expect(lint([...cilium, "-A PREROUTING -i eth1 -j MARK --set-xmark 0x21/0xffffffff"])).toHaveLength(1);
});

it("reads nft", () => {
  const nft = (set: string): Readonly<Record<string, string>> => ({
    "nft-ruleset.txt": `table ip site {\n\tchain mark {\n\t\ttype filter hook forward priority mangle; policy accept;\n\t\t${set}\n\t}\n}\n`,
    "iptables-save.txt": saved({ nat: KUBE }),
  });
  expect(told(wholeMarkOverwrite, nft("meta mark set 0x21"))).toHaveLength(1);
  expect(told(wholeMarkOverwrite, nft("meta mark set meta mark | 0x21"))).toEqual([]);
});
