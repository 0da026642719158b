import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { ciliumMarks } from "./marks.ts";
import { ciliumRouting } from "./routing.ts";
import { ciliumRules } from "./rules.ts";
import { ciliumVersions } from "./versions.ts";

/** Upstream: pkg/datapath/iptables/iptables.go. During a rewrite the previous chains stand beside as `OLD_CILIUM_…`. */
export const cilium: Owner = defineOwner({
  name: "cilium",
  title: "Cilium",
  chains: [
    { name: /^OLD_CILIUM_/, means: "cilium-chain-old" },
    { name: /^CILIUM_TRANSIENT_FORWARD$/, means: "cilium-chain-transient" },
    { name: /^CILIUM_INPUT$/, means: "cilium-chain-input" },
    { name: /^CILIUM_OUTPUT$/, means: "cilium-chain-output" },
    { name: /^CILIUM_OUTPUT_raw$/, means: "cilium-chain-output-raw" },
    { name: /^CILIUM_POST_nat$/, means: "cilium-chain-post-nat" },
    { name: /^CILIUM_OUTPUT_nat$/, means: "cilium-chain-output-nat" },
    { name: /^CILIUM_PRE_nat$/, means: "cilium-chain-pre-nat" },
    { name: /^CILIUM_POST_mangle$/, means: "cilium-chain-post-mangle" },
    { name: /^CILIUM_PRE_mangle$/, means: "cilium-chain-pre-mangle" },
    { name: /^CILIUM_PRE_raw$/, means: "cilium-chain-pre-raw" },
    { name: /^CILIUM_FORWARD$/, means: "cilium-chain-forward" },
  ],
  rules: ciliumRules,
  sets: [{ name: /^cilium_node_set_v[46]$/, means: "cilium-set-nodes" }],
  devices: [
    { name: /^lxc_health$/, means: "cilium-device-health" },
    { name: /^lxc(\+|[0-9a-f]+\+?)$/, means: "cilium-device-pod" },
    { name: /^cilium_host$/, means: "cilium-device-host" },
    { name: /^cilium_net$/, means: "cilium-device-net" },
    { name: /^cilium_(vxlan|geneve)$/, means: "cilium-device-tunnel" },
    { name: /^cilium_wg0$/, means: "cilium-device-wireguard" },
    { name: /^cilium_\+$/, means: "cilium-device-any" },
  ],
  ...ciliumRouting,
  marks: ciliumMarks,
  versions: ciliumVersions,
});
