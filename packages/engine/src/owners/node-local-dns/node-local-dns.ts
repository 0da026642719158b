import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: kubernetes/dns cmd/node-cache. Newer versions write a comment; older rules are told by the link-local address. */
export const nodeLocalDns: Owner = defineOwner({
  name: "node-local-dns",
  title: "NodeLocal DNSCache",
  rules: [
    { comment: /^NodeLocal DNS Cache: skip conntrack$/, text: /--[sd]port 8080 /, means: "dns-cache-health" },
    { comment: /^NodeLocal DNS Cache: skip conntrack$/, means: "dns-cache-notrack" },
    { comment: /^NodeLocal DNS Cache: allow DNS traffic$/, means: "dns-cache-accept" },
    {
      text: /^-[sd] 169\.254\.20\.\d+\/32 -p tcp .*--[sd]port 8080 -j (CT --notrack|NOTRACK)$/,
      means: "dns-cache-health",
    },
    {
      text: /^-[sd] 169\.254\.20\.\d+\/32 -p (tcp|udp) .*--[sd]port 53 -j (CT --notrack|NOTRACK)$/,
      means: "dns-cache-notrack",
    },
    { text: /^-[sd] 169\.254\.20\.\d+\/32 -p (tcp|udp) .*--[sd]port 53 -j ACCEPT$/, means: "dns-cache-accept" },
  ],
  devices: [{ name: /^nodelocaldns$/, means: "dns-cache-device" }],
});
