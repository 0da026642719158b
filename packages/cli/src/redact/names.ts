import { createHmac } from "node:crypto";

/** What names and words become: the same one the same everywhere. */
export interface NameMap {
  /** A host, a namespace, a cgroup: as a whole. */
  name(name: string): string;
  /** Free text: every word of it that the components' own comments do not have. */
  words(text: string): string;
}

/**
 * Words of the comments and log prefixes that kube-proxy, Calico, Cilium, kubelet, node-local-dns, Docker and flannel
 * write: they say what a rule is for, and nothing of whose node it is.
 */
const KNOWN_WORDS: ReadonlySet<string> = new Set(
  `a accept accepted access account adaptive added address addresses after agent all allow allowed and anonymous any
  api append bad balancer be been before bgp block bpf broadcast but by bypass calico call case catch chain chains check
  cilium cluster clusterip cni com conflict connection connections conntrack container containers continue core ct cxt
  dataplane default deny dest destination destinations dhcp dispatch dns docker does done drop dropped dropping due
  during each egress else encap encapsulated endpoint endpoints enforce established exclude explicit external
  externally failsafe felix filter firewall first flannel flanneld flow flows for forward forwarded forwarding found
  from gateway group hairpin hairpinned handle handled has have health healthcheck host hosts http https icmp if in
  incoming ingress input interface internal into invalid ip ipam ipip ips ipset iptables ipv4 ipv6 ipvs is it its jump
  kube kubelet kubernetes l7 last link local localhost localnet log loadbalancer loopback lxc make managed mark marked
  martian masq masquerade masquerades match matched missing multicast must name nat nets network networks new no node
  nodelocal nodeport nodeports nodes non not note notrack of off on or other outbound outgoing output over packet
  packets pass passed pod pods policed policies policy pool port portals ports postrouting preamble preload prerouting
  prio profile profiles program programmed proxied proxy random raw reach redirect redirected reject rejected related
  reply require requires requiring return reverse route routed router routing rp rule rules sctp self send server service
  services set should skip skipped snat source src start static stats sticky subnet svc tcp the them then this through to
  tproxy track traffic transparent trying tunnel udp unknown untracked up use vip virtual visible vxlan was when which
  wireguard with without wl workload workloads world xdp`.split(/\s+/),
);

/** Hashes that stand for a whole rule; an owner is told by them. */
const OWN = /^(?:cali:[\w-]{16}|FLANNEL|NodeLocal|KUBE-[\w-]+|CILIUM_\w+)$/i;
/** Numbers and addresses: those have their own map. */
const NUMBER = /^[\d.:/x-]+$/;
const WORD = /[^\s"'`()[\]{}<>,;:=|/\\]+/g;
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const LENGTH = 8;

export function newNameMap(key: Uint8Array): NameMap {
  const known = new Map<string, string>();
  const name = (text: string): string => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const digest = createHmac("sha256", key).update(`name ${text}`).digest();
    const letters = Array.from(digest.subarray(0, LENGTH), (byte) => LETTERS[byte & 31] ?? "");
    const after = `x-${letters.join("")}`;
    known.set(text, after);
    return after;
  };
  return {
    name,
    words(text) {
      if (OWN.test(text)) return text;
      return text.replace(WORD, (word) => {
        const bare = word.replace(/[.!?]+$/, "");
        const isOpen = OWN.test(bare) || NUMBER.test(bare) || isKnown(bare);
        return isOpen ? word : name(bare) + word.slice(bare.length);
      });
    },
  };
}

/** `iptables-save`, `non-cluster`: of known words. */
function isKnown(word: string): boolean {
  return word.split(/[-_]/).every((part) => part === "" || KNOWN_WORDS.has(part.toLowerCase()));
}
