import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { orphanChain } from "./orphan-chain.ts";

function lint(filter: readonly string[], chains: readonly string[] = []): readonly string[] {
  return told(orphanChain, { "iptables-save.txt": saved({ filter }, { chains: { filter: chains } }) });
}

it("finds chains that no rule leads to", () => {
  expect(
    lint(
      ["-A INPUT -j USED", "-A USED -j ACCEPT", "-A LOST -j DROP", "-A LOST -j INNER", "-A INNER -j DROP"],
      ["BARE"],
    ),
  ).toEqual([
    "warning LOST/-: no rule leads to chain LOST: its 2 rules do nothing",
    "info BARE/-: no rule leads to chain BARE, and it is empty",
  ]);
});

it("leaves the chains of known programs alone, and dumps that are cut", () => {
  expect(lint([], ["KUBE-IPTABLES-HINT", "KUBE-MARK-DROP", "KUBE-KUBELET-CANARY"])).toEqual([]);
  const text = saved({ filter: ["-A LOST -j DROP"] }).replace("COMMIT\n", "");
  expect(told(orphanChain, { "iptables-save.txt": text })).toEqual([]);
});

it("reads nft, whose maps lead to chains, too", () => {
  const nft = `table inet site {
    map ports { type inet_service : verdict; elements = { 80 : jump web } }
    chain in { type filter hook input priority filter; policy accept; tcp dport vmap @ports; }
    chain web { accept; }
    chain lost { drop; }
  }`;
  expect(told(orphanChain, { "nft-ruleset.txt": nft })).toEqual([
    "warning lost/-: no rule leads to chain lost: its 1 rules do nothing",
  ]);
});
