import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { option } from "./codec.ts";
import { bareText } from "./codecs-target.ts";
import { needs } from "./given.ts";
import { always, unanswerable } from "./lower.ts";

const NAME_BYTES = 31; // NFACCT_NAME_MAX less the final zero

/**
 * What kube-proxy counts by. It makes these objects itself, and gives them no quota: pkg/proxy/metrics/metrics.go,
 * pkg/proxy/util/nfacct/nfacct_linux.go Add.
 */
export const KUBE_PROXY_COUNTERS = {
  invalid: "ct_state_invalid_dropped_pkts",
  localhost: "localhost_nps_accepted_pkts",
} as const;

const WITHOUT_QUOTA: ReadonlySet<string> = new Set(Object.values(KUBE_PROXY_COUNTERS));

const options = {
  // iptables prints two blanks: extensions/libxt_nfacct.c nfacct_save.
  "nfacct-name": option({ ...bareText(NAME_BYTES), print: (name) => ` ${name}` }),
};

/** Yes, unless the object has a quota that is not used up yet: no dump tells. */
export const nfacct: MatchExtension = defineMatch({
  name: "nfacct",
  options,
  source: "net/netfilter/xt_nfacct.c nfacct_mt, nfnetlink_acct.c nfnl_acct_overquota",
  check: (args) => needs(args, "nfacct-name"),
  compile: (args) =>
    WITHOUT_QUOTA.has(args["nfacct-name"]?.value ?? "")
      ? always(true)
      : unanswerable("nfacct", options, { "nfacct-name": args["nfacct-name"] }, "object"),
});
