import { expect, it } from "vitest";
import { markClaims, sharedBits } from "../../owners/mark-claims.ts";
import { saved, told } from "../told.ts";
import { markConflict } from "./mark-conflict.ts";

const KUBE = [
  '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
  "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
  "-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0",
  '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
];

function lint(rules: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return told(markConflict, { "iptables-save.txt": saved(rules) });
}

it("finds bits that two owners' rules use", () => {
  expect(lint({ nat: KUBE, mangle: ["-A PREROUTING -i eth1 -j MARK --set-xmark 0x4000/0x4000"] })).toEqual([
    "warning PREROUTING/1: somebody unknown changes 0x4000 of the packet's mark, which kube-proxy uses",
  ]);
  expect(lint({ nat: KUBE, mangle: ["-A PREROUTING -i eth1 -j MARK --set-xmark 0x1000/0x1000"] })).toEqual([]);
});

it("finds Tailscale's bits among Calico's", () => {
  const calico = [
    '-A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD',
    "-A cali-FORWARD -j MARK --set-xmark 0x0/0xe0000",
    "-A cali-FORWARD -m mark --mark 0x40000/0x40000 -j ACCEPT",
  ];
  const tailscale = ["-A FORWARD -j ts-forward", "-A ts-forward -i tailscale0 -j MARK --set-xmark 0x40000/0xff0000"];
  expect(lint({ filter: [...calico, ...tailscale] })).toEqual([
    "warning cali-FORWARD/1: Calico changes 0xe0000 of the packet's mark, which Tailscale uses",
  ]);
  expect(lint({ filter: calico })).toEqual([]);
});

it("finds rules that change what programs of BPF keep in the mark", () => {
  const cilium = ['-A PREROUTING -m comment --comment "cilium-feeder: CILIUM_PRE_mangle" -j CILIUM_PRE_mangle'];
  expect(
    told(markConflict, {
      "iptables-save.txt": saved(
        { mangle: [...cilium, "-A PREROUTING -i eth1 -j MARK --set-xmark 0x800/0x800"] },
        { chains: { mangle: ["CILIUM_PRE_mangle"] } },
      ),
    }),
  ).toEqual(["warning PREROUTING/2: somebody unknown changes 0x800 of the packet's mark, which Cilium uses"]);
});

it("lets flannel ask for what kube-proxy and kubelet set", () => {
  const flannel = [
    '-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG',
    '-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "flanneld masq" -j RETURN',
    '-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 224.0.0.0/4 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully',
  ];
  expect(lint({ nat: [...KUBE, ...flannel] })).toEqual([]);
});

it("keeps the packet's mark and the connection's apart", () => {
  expect(lint({ mangle: ["-A PREROUTING -j CONNMARK --set-xmark 0x4000/0x4000"], nat: KUBE })).toEqual([]);
});

it("knows who shares bits by design, and that no claim is empty", () => {
  expect([sharedBits("kube-proxy", "kubelet"), sharedBits("calico", "tailscale")]).toEqual([0xc000, 0]);
  expect(markClaims.filter(({ bits, source }) => bits === 0 || source === "")).toEqual([]);
});
