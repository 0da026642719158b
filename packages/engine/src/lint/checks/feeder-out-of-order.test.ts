import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { feederOutOfOrder } from "./feeder-out-of-order.ts";

const CALICO = '-A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD';
const KUBE = '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD';

function lint(...filter: readonly string[]): readonly string[] {
  const chains = { filter: ["cali-FORWARD", "KUBE-FORWARD"] };
  return told(feederOutOfOrder, { "iptables-save.txt": saved({ filter }, { chains }) });
}

it("finds kube-proxy's accept before Calico's policies", () => {
  expect(lint(KUBE, CALICO)).toEqual([
    "warning FORWARD/1: this jump to KUBE-FORWARD stands before the one to cali-FORWARD: what cali-FORWARD would stop may have been accepted already",
  ]);
});

it("says nothing where they stand right, or one of them is not there", () => {
  expect(lint(CALICO, KUBE)).toEqual([]);
  expect(lint(KUBE)).toEqual([]);
});
