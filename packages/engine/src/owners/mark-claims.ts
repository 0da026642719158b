import type { OwnerName } from "./owner.ts";

/** Bits of the mark that a program takes for its own, wherever it runs. */
export interface MarkClaim {
  /** Null: nobody here recognises its rules. */
  readonly owner: OwnerName | null;
  /** As its makers write it. */
  readonly title: string;
  readonly bits: number;
  /** It compares and sets the mark as one number: this one, of which `bits` are the ones. */
  readonly isWhole?: true;
  /** Its rules alone do not show it: `socket` option, `bpf` program, or the kernel's `xfrm` sets or reads the bits. */
  readonly elsewhere: "socket" | "bpf" | "xfrm" | null;
  /** Where upstream says so. */
  readonly source: string;
}

/**
 * Who uses which bits. Bits that a node has configured otherwise are told by its rules; of these programs the defaults. Compare
 * github.com/fwmark/registry.
 */
export const markClaims: readonly MarkClaim[] = [
  {
    owner: "cilium",
    title: "Cilium",
    // Identities and proxy ports, the kind of mark, and the encrypted overlay. The low byte is the cluster's number, 0 but in a mesh.
    bits: 0xffff_1f00,
    elsewhere: "bpf",
    source: "cilium bpf/lib/common.h MARK_MAGIC_*",
  },
  {
    owner: "calico",
    title: "Calico",
    bits: 0xffff_0000,
    elsewhere: null,
    source: "calico felix/config/config_params.go IptablesMarkMask",
  },
  {
    owner: "kube-proxy",
    title: "kube-proxy",
    bits: 0x4000,
    elsewhere: null,
    source: "kubernetes pkg/proxy/apis/config/v1alpha1/defaults.go MasqueradeBit",
  },
  {
    owner: "kubelet",
    title: "kubelet",
    bits: 0xc000,
    elsewhere: null,
    source:
      "kubernetes pkg/kubelet/apis/config/v1beta1/defaults.go DefaultIPTablesMasqueradeBit, DefaultIPTablesDropBit",
  },
  {
    owner: "aws-vpc-cni",
    title: "AWS VPC CNI",
    bits: 0x80,
    elsewhere: null,
    source: "amazon-vpc-cni-k8s pkg/networkutils/network.go defaultConnmark",
  },
  {
    owner: "terway",
    title: "Terway",
    bits: 0x10,
    elsewhere: null,
    source: "terway cmd/terway-cli/symmetric.go configureNetworkRulesWithConfig",
  },
  {
    owner: "tailscale",
    title: "Tailscale",
    bits: 0xff_0000,
    elsewhere: "socket",
    source: "tailscale tsconst/linuxfw.go LinuxFwmarkMask (earlier util/linuxfw/linuxfw.go)",
  },
  {
    owner: "istio",
    title: "Istio",
    // 1337: what ztunnel sets on its sockets, and what a sidecar's TPROXY sets.
    bits: 0x539,
    isWhole: true,
    elsewhere: "socket",
    source: "istio cni/pkg/iptables/iptables.go InpodMark",
  },
  {
    owner: "istio",
    title: "Istio",
    // 1338: what Envoy sends back to its own pod.
    bits: 0x53a,
    isWhole: true,
    elsewhere: "socket",
    source: "istio tools/istio-iptables/pkg/constants/constants.go OutboundMark",
  },
  {
    owner: "istio",
    title: "Istio",
    bits: 0x111,
    isWhole: true,
    elsewhere: null,
    source: "istio cni/pkg/iptables/iptables.go InpodTProxyMark",
  },
  {
    owner: "cni-plugins",
    title: "CNI plugins (portmap)",
    bits: 0x2000,
    elsewhere: null,
    source: "containernetworking plugins/meta/portmap/main.go DefaultMarkBit",
  },
  {
    owner: null,
    title: "Weave Net",
    bits: 0x6_0000,
    elsewhere: null,
    source: "weave net/ipsec/ipsec.go, npc/constants.go",
  },
  {
    owner: "docker",
    title: "Docker Swarm",
    bits: 0xd0_c4e3,
    isWhole: true,
    elsewhere: "xfrm",
    source: "moby libnetwork/drivers/overlay/encryption.go mark",
  },
  {
    owner: null,
    title: "WireGuard (wg-quick)",
    bits: 0xca6c,
    isWhole: true,
    elsewhere: "socket",
    source: "wireguard-tools src/wg-quick/linux.bash add_default: 51820",
  },
  {
    owner: null,
    title: "AWS App Mesh",
    bits: 0x1e77_00ce,
    isWhole: true,
    elsewhere: "socket",
    source: "github.com/fwmark/registry",
  },
];

/** Programs that use the same bits for the same thing, and mean to. */
const SHARED: readonly { readonly owners: readonly [OwnerName, OwnerName]; readonly bits: number }[] = [
  // Until 1.26 each of them wrote the chains of both (kubernetes pkg/kubelet/kubelet_network_linux.go).
  { owners: ["kube-proxy", "kubelet"], bits: 0xc000 },
  // flannel asks for it and sets none: what is masqueraded anyway shall not be so twice (flannel pkg/trafficmngr/trafficmngr.go KubeProxyMark).
  { owners: ["flannel", "kube-proxy"], bits: 0x4000 },
  { owners: ["flannel", "kubelet"], bits: 0x4000 },
  // Cilium does what AWS VPC CNI does, also where it is chained behind it (cilium pkg/datapath/linux/linux_defaults MarkMultinodeNodeport).
  { owners: ["aws-vpc-cni", "cilium"], bits: 0x80 },
];

/** The bits that two owners share by design. */
export function sharedBits(a: OwnerName, b: OwnerName): number {
  const found = SHARED.find(({ owners }) => owners.includes(a) && owners.includes(b));
  return found?.bits ?? 0;
}

/** Who is known for comparing and setting the whole mark as this number; null: nobody. */
export function knownWholeMark(value: number): MarkClaim | null {
  return markClaims.find(({ isWhole, bits }) => isWhole === true && bits === value) ?? null;
}
