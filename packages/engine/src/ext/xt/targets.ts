import { auditTarget } from "./audit-target.ts";
import { checksumTarget } from "./checksum-target.ts";
import { classifyTarget } from "./classify-target.ts";
import { clusteripTarget } from "./clusterip-target.ts";
import { connmarkTarget } from "./connmark-target.ts";
import { connsecmarkTarget } from "./connsecmark-target.ts";
import { ctTarget } from "./ct-target.ts";
import type { TargetExtension } from "./define.ts";
import { dnatTarget } from "./dnat-target.ts";
import { dnptTarget } from "./dnpt-target.ts";
import { dscpTarget } from "./dscp-target.ts";
import { ecnTarget } from "./ecn-target.ts";
import { hlTarget } from "./hl-target.ts";
import { hmarkTarget } from "./hmark-target.ts";
import { idletimerTarget } from "./idletimer-target.ts";
import { ledTarget } from "./led-target.ts";
import { logTarget } from "./log-target.ts";
import { markTarget } from "./mark-target.ts";
import { masqueradeTarget } from "./masquerade-target.ts";
import { netmapTarget } from "./netmap-target.ts";
import { nflogTarget } from "./nflog-target.ts";
import { nfqueueTarget } from "./nfqueue-target.ts";
import { notrackTarget } from "./notrack-target.ts";
import { queueTarget } from "./queue-target.ts";
import { rateestTarget } from "./rateest-target.ts";
import { redirectTarget } from "./redirect-target.ts";
import { rejectTarget } from "./reject-target.ts";
import { secmarkTarget } from "./secmark-target.ts";
import { setTarget } from "./set-target.ts";
import { snatTarget } from "./snat-target.ts";
import { snptTarget } from "./snpt-target.ts";
import { synproxyTarget } from "./synproxy-target.ts";
import { tcpmssTarget } from "./tcpmss-target.ts";
import { tcpoptstripTarget } from "./tcpoptstrip-target.ts";
import { teeTarget } from "./tee-target.ts";
import { tosTarget } from "./tos-target.ts";
import { tproxyTarget } from "./tproxy-target.ts";
import { traceTarget } from "./trace-target.ts";
import { ttlTarget } from "./ttl-target.ts";
import { ulogTarget } from "./ulog-target.ts";

const perFamily = [dnatTarget, hmarkTarget, netmapTarget, rejectTarget, snatTarget, teeTarget, tproxyTarget];

/** Every `-j` extension that hookwalk knows, one file of this folder each. */
export const targetExtensions: readonly TargetExtension[] = [
  ...perFamily.flatMap((target) => [target("ip"), target("ip6")]),
  auditTarget,
  checksumTarget,
  classifyTarget,
  clusteripTarget,
  connmarkTarget,
  connsecmarkTarget,
  ctTarget,
  dnptTarget,
  dscpTarget,
  ecnTarget,
  hlTarget,
  idletimerTarget,
  ledTarget,
  logTarget,
  markTarget,
  masqueradeTarget,
  nflogTarget,
  nfqueueTarget,
  notrackTarget,
  queueTarget,
  rateestTarget,
  redirectTarget,
  secmarkTarget,
  setTarget,
  snptTarget,
  synproxyTarget,
  tcpmssTarget,
  tcpoptstripTarget,
  tosTarget,
  traceTarget,
  ttlTarget,
  ulogTarget,
];
