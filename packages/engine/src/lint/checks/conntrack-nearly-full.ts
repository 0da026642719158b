import type { Check } from "../finding.ts";
import { lineAt } from "../lines.ts";
import { settingLine, settingOf } from "../settings.ts";

const NAME = "conntrack-nearly-full";
const NEARLY = 0.9;

/** A table of tracked flows with little room: where it is full, new connections are dropped (nf_conntrack_core.c __nf_conntrack_alloc). */
export const conntrackNearlyFull: Check = {
  name: NAME,
  severities: ["error", "warning"],
  example: [
    "sysctl.txt:2  net.netfilter.nf_conntrack_max = 262144",
    "sysctl.txt:1  net.netfilter.nf_conntrack_count = 251904",
  ],
  run({ snapshot }) {
    const most = settingOf(snapshot, "net.netfilter.nf_conntrack_max");
    const told = settingOf(snapshot, "net.netfilter.nf_conntrack_count");
    // 0 is no limit.
    if (most === null || most.number === 0) return [];
    const count = told?.number ?? snapshot.conntrack?.length ?? 0;
    if (count < most.number * NEARLY) return [];
    const isFull = count >= most.number;
    return [
      {
        check: NAME,
        severity: isFull ? "error" : "warning",
        message: isFull ? "conntrack-full" : "conntrack-nearly-full",
        params: { count, most: most.number },
        where: lineAt(most.span),
        related: [most, ...(told === null ? [] : [told])].map(settingLine),
        witness: null,
      },
    ];
  },
};
