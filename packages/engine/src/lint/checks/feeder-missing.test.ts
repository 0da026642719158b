import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { feederMissing } from "./feeder-missing.ts";

const SERVICES = "-A KUBE-SERVICES -d 10.96.0.1/32 -j ACCEPT";
const JUMPS = ["-A PREROUTING -j KUBE-SERVICES", "-A OUTPUT -j KUBE-SERVICES"];

function lint(...nat: readonly string[]): readonly string[] {
  return told(feederMissing, { "iptables-save.txt": saved({ nat }) });
}

it("finds a built-in chain that does not lead to a program's chain any more", () => {
  expect(lint("-A OUTPUT -j KUBE-SERVICES", SERVICES)).toEqual([
    "error PREROUTING/-: PREROUTING does not lead to kube-proxy's chain KUBE-SERVICES: no packet comes to its rules",
  ]);
  expect(lint(...JUMPS, SERVICES)).toEqual([]);
});

it("says nothing of chains without rules, of ways round by a site's own chain, and of dumps that are cut", () => {
  expect(
    told(feederMissing, { "iptables-save.txt": saved({ nat: [] }, { chains: { nat: ["KUBE-SERVICES"] } }) }),
  ).toEqual([]);
  expect(lint("-A PREROUTING -j SITE", "-A SITE -j KUBE-SERVICES", "-A OUTPUT -j SITE", SERVICES)).toEqual([]);
  expect(told(feederMissing, { "iptables-save.txt": saved({ nat: [SERVICES] }).replace("COMMIT\n", "") })).toEqual([]);
});
