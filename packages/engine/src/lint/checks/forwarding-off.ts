import type { Family } from "../../base/address.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { lineAt } from "../lines.ts";
import { podsOf } from "../pods.ts";
import { settingLine, settingOf } from "../settings.ts";

const NAME = "forwarding-off";

/** A node with pods that forwards nothing, or nothing that comes in by a pod's device (ip_route_input_slow: IN_DEV_FORWARD; case routing/forwarding-off). */
export const forwardingOff: Check = {
  name: NAME,
  severities: ["error"],
  example: ["sysctl.txt:1  net.ipv4.ip_forward = 0"],
  run: (subject) => (["ip", "ip6"] as const).flatMap((family) => findingsOf(family, subject)),
};

const SETTINGS = {
  ip: { all: "net.ipv4.ip_forward", of: (device: string) => `net.ipv4.conf.${device}.forwarding` },
  ip6: { all: "net.ipv6.conf.all.forwarding", of: (device: string) => `net.ipv6.conf.${device}.forwarding` },
} as const;

function findingsOf(family: Family, subject: Subject): readonly Finding[] {
  const pods = podsOf(subject).filter((pod) => pod.family === family);
  if (pods.length === 0) return [];
  const { all, of } = SETTINGS[family];
  const devices = [...new Set(pods.map(({ device }) => device))];
  const names = settingOf(subject.snapshot, all)?.number === 0 ? [all] : devices.map(of);
  return names.flatMap((name) => {
    const setting = settingOf(subject.snapshot, name);
    if (setting?.number !== 0) return [];
    return [
      {
        check: NAME,
        severity: "error",
        message: name === all ? "forwarding-off" : "forwarding-off-at-device",
        params: { setting: name },
        where: lineAt(setting.span, family),
        related: [settingLine(setting)],
        witness: null,
      },
    ];
  });
}
