import type { Snapshot } from "../../model/snapshot.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { lineAt } from "../lines.ts";
import { deviceKind } from "../pods.ts";
import { settingLine, settingOf } from "../settings.ts";

const NAME = "bridge-nf-call-off";
const SETTING = "net.bridge.bridge-nf-call-iptables";

/**
 * Pods behind a bridge whose frames no rule sees (br_netfilter, br_nf_pre_routing): what a pod answers to a pod of the same bridge
 * that asked a service goes straight back, untranslated.
 */
export const bridgeNfCallOff: Check = {
  name: NAME,
  severities: ["warning"],
  example: ["sysctl.txt:1  net.bridge.bridge-nf-call-iptables = 0"],
  run(subject) {
    const { snapshot } = subject;
    const bridge = snapshot.links?.find(({ name }) => deviceKind(name) === "cni-device-bridge");
    if (bridge === undefined || !hasServices(subject)) return [];
    const setting = settingOf(snapshot, SETTING);
    if (setting?.number === 0) {
      return [findingOf("bridge-nf-call-off", bridge.name, lineAt(setting.span), [settingLine(setting)])];
    }
    if (setting !== null || !showsAllSettings(snapshot)) return [];
    return [findingOf("bridge-netfilter-absent", bridge.name, lineAt(bridge.span), [])];
  },
};

/** Somebody translates service addresses in rules that bridged frames would meet. */
function hasServices({ node }: Subject): boolean {
  return node().owners.present.some(({ owner }) => owner.name === "kube-proxy");
}

/** `sysctl -a` has the settings of IPv4 devices; the bridge's are there whenever the module is (net/bridge/br_netfilter_hooks.c). */
function showsAllSettings({ sysctls }: Snapshot): boolean {
  return sysctls !== null && sysctls.has("net.ipv4.ip_forward") && sysctls.has("net.core.somaxconn");
}

function findingOf(
  message: "bridge-nf-call-off" | "bridge-netfilter-absent",
  bridge: string,
  where: Finding["where"],
  related: Finding["related"],
): Finding {
  return {
    check: NAME,
    severity: "warning",
    message,
    params: { bridge, setting: SETTING },
    where,
    related,
    witness: null,
  };
}
