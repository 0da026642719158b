/** Of each check of `lint`: when it speaks, and what can be done, in English. `docs/lint.md` has the same words, with an example. */
export const aboutChecks = {
  "bridge-nf-call-off": {
    about:
      "Pods behind a bridge (`cni0`, `weave`), services translated by kube-proxy, and no rule that sees a bridged frame: `net.bridge.bridge-nf-call-iptables` is 0, or all settings are listed and it is not among them. What a pod of the same bridge answers then never passes the rules that would translate it back.",
    fix: "Set `net.bridge.bridge-nf-call-iptables` to 1 (`sysctl -w`), and keep it so in /etc/sysctl.d.",
  },
  "calico-hash": {
    about:
      "A rule in a chain of Calico's that is not what Felix wrote there: edited, lost, moved, copied, or somebody else's. Felix writes into each rule's comment a hash of all rules of the chain up to it, and compares hashes alone: it does not notice an edited rule.",
    fix: "Delete the rule: Felix writes its own again at its next refresh.",
  },
  "conntrack-inactive-nat": {
    about:
      "Rules in NAT chains of a family in which nothing needs conntrack. The kernel turns conntrack on with the first rule that needs it (a NAT target, `-m conntrack`, `ct state` …), and without it NAT chains are never asked.",
    fix: "Rules that only mark or log belong into mangle.",
  },
  "conntrack-nearly-full": {
    about:
      "The table of tracked flows is filled to nine tenths (warning) or full (error): `nf_conntrack_count`, or the listed flows where that setting is not there, against `nf_conntrack_max`. Where it is full, the kernel drops the first packet of each new connection.",
    fix: "Raise `net.netfilter.nf_conntrack_max`, or find who opens so many connections.",
  },
  "contradictory-match": {
    about: "A rule whose own matches exclude each other, or one that can never hold. Proved for every packet.",
    fix: "Correct the match, or delete the rule.",
  },
  "dead-by-counters": {
    about:
      "A note: rules that have counted no packet, while at least 10 000 went past them, as later rules of the chain or its policy have counted. Only with counters in the dump (`iptables-save -c`, `counter` of nft), and not of the rules of known programs.",
    fix: "The counters begin when the rule is written or set to zero (`iptables -Z`). If that is long ago, nobody needs the rule.",
  },
  "duplicate-ip-rule": {
    about:
      "A routing rule that says what an earlier one says, whatever their priorities and whoever wrote them. Its table is asked again, with the same answer.",
    fix: "Delete one of the two (`ip rule del`).",
  },
  "duplicate-rule": {
    about:
      "A rule that stands in its chain twice, word for word, comments included. A warning where the second does nothing that the first has not done; a note where it does: it logs twice, or rules between them change the packet.",
    fix: "Delete one of them. Often a script appends its rule (`-A`) at each start without asking whether it is there (`-C`).",
  },
  "eni-without-number": {
    about:
      "On ACK: rules of Cilium's that send pods to table 10, whose default route leaves by another device than that of table main. Cilium's table is 10 plus the number of the interface; 0 is the primary one's, and that of each interface without the tag `cilium-eni-index`, as Terway leaves them. Two such share one table, the later default route in place of the earlier (warning); one alone is a note.",
    fix: "Detach the interface, or give it the tag `cilium-eni-index` with a number that no other has.",
  },
  "feeder-missing": {
    about:
      "A chain of a known program has rules, and its built-in chain does not lead to it any more, not even by way of a chain between them.",
    fix: "Somebody flushed the built-in chain, or deleted the jump. Its owner writes it again when it is restarted, most of them also by themselves.",
  },
  "feeder-out-of-order": {
    about:
      "Two jumps of one built-in chain of which one must stand before the other: Calico's before KUBE-FORWARD, which accepts what is marked to be masqueraded; KUBE-PROXY-FIREWALL, which holds source ranges, before KUBE-FORWARD; DOCKER-USER before what Docker accepts.",
    fix: "Delete the jump that stands too low; its owner writes it again, at the top.",
  },
  "foreign-rule-before-feeder": {
    about:
      "Rules that decide (accept, drop, translate) before the jump of Calico, Cilium or kube-proxy, which means to stand first. A warning where policies are passed by and nobody known wrote the rules; a note where another known program did, or where services alone are passed by.",
    fix: "Keep rules of your own behind the jump, in Calico's policies, or in a table of your own in nft.",
  },
  "forwarding-off": {
    about:
      "A node with pods that forwards nothing, or nothing that comes in by a pod's device. A setting that is not in the snapshot is not a finding.",
    fix: "Turn forwarding on: `sysctl -w net.ipv4.ip_forward=1`, and the setting of the device.",
  },
  "input-interface-in-output": {
    about:
      "A rule asks for an input device in a chain that OUTPUT alone calls. The node's own packets came in by none: `-i eth0` never matches, and `! -i lo` always does.",
    fix: "Put the rule into PREROUTING, INPUT or FORWARD, or ask for the output device.",
  },
  "invalid-dropped-in-raw": {
    about:
      "A rule drops by a state of the connection in a chain that runs before conntrack (raw, or a priority below -200 of nft). No packet has an entry there, which both tools call INVALID: the rule drops everything else that it asks for.",
    fix: "Move it behind conntrack: into mangle PREROUTING, or into filter.",
  },
  "leftovers-of-removed-cni": {
    about:
      "Rules, chains, sets, devices, routes and routing rules of Calico, Cilium, flannel, Terway, AWS VPC CNI or Weave Net on a node whose pods have another CNI: by the CNI configuration (the first by name), or, where none is shown, by what is at work. At work is whose rules packets come to and by whose devices routes lead. Gone is by whose devices no route leads, and whose chains no packet comes to, or whose rules ask for devices of which none is there. Who is run beside another is none: Calico's policies over flannel, Terway or AWS VPC CNI, Cilium chained behind Terway.",
    fix: "If that CNI no longer runs here, delete what it left: its rules still decide over packets.",
  },
  "mark-conflict": {
    about:
      "Bits of the packet's or the connection's mark that one owner's rules change and another owner uses: in its rules, or in programs that no rule shows (Cilium's BPF). Who uses which bits is known for Calico, Cilium, kube-proxy, kubelet, AWS VPC CNI, Terway, Tailscale, Istio, portmap, Weave Net, Docker Swarm and WireGuard; the rules themselves tell the rest. Bits that two programs share by design are none.",
    fix: "Give one of them other bits. Felix has `iptablesMarkMask`, kube-proxy `masqueradeBit`.",
  },
  "mark-never-read": {
    about:
      "Bits that rules set in a mark and that nothing asks for: no rule of any table, no routing rule, no known program, nor anything that they are copied to. Said only where `ip rule` is part of the snapshot.",
    fix: "On ACK Cilium writes these two and not the routing rule that belongs to them (`109: from all fwmark 0x80/0x80 lookup main`): answers to what came in by eth0 leave by the pod's own ENI. Add the routing rule, or do without the mark.",
  },
  "mark-never-written": {
    about:
      "A note: a rule or a routing rule asks for bits of a mark that no rule sets. A program may set them on its sockets (`SO_MARK`) or by BPF, so that it is no mistake for sure. Bits that the rule's own owner sets elsewhere, or only when it has use for them, are none.",
    fix: "Find who was to set the mark; if nobody, delete the rule.",
  },
  "masquerade-covers-pod-range": {
    about:
      "A rule that masquerades what one pod sends to another: the other pod, and the policies there, see the node instead. It is shown by a packet that is walked, from each pod of the node to another device's pod, or to a network that a route leads to other nodes' pods by. A rule of nobody known whose `-s` holds a pod's address is a note: what the CNI leaves untranslated on purpose may be masqueraded by it.",
    fix: "Leave the pod networks out of the rule (`! -d POD_NETWORK`), or accept before it what stays inside.",
  },
  "missing-jump-target": {
    about:
      "A rule jumps or goes to a chain that is not there. No tool loads such a rule, so that the dump was edited or put together. Where the listing is cut it is a note.",
    fix: "Take the dump again. Restored, this one fails as a whole.",
  },
  "nat-after-accept": {
    about:
      "A NAT rule that an ACCEPT or another mapping before it hides. Proved for every packet. NAT chains are asked about the first packet of a connection, and the first rule that ends them decides for all of it.",
    fix: "Move the rule before the one that hides it.",
  },
  "orphan-chain": {
    about:
      "A chain that no rule leads to. Chains of known programs are not looked at: they keep some for later, and some as signs for others (KUBE-IPTABLES-HINT, KUBE-MARK-DROP). An empty chain is a note.",
    fix: "Put the jump back, or delete the chain.",
  },
  "output-interface-before-routing": {
    about:
      "A rule asks for an output device in a chain that PREROUTING or INPUT alone call. Routing has chosen none yet: `-o eth1` never matches, and `! -o lo` always does. Of a known program's rule it is a note.",
    fix: "Cilium has this from 1.17 on: the rule also takes what comes by lo. In rules of your own ask for the input device.",
  },
  "policy-drop-with-cni": {
    about:
      "The policy of FORWARD is DROP, and a packet that a pod sends to the outside runs into it: no rule accepts it. A rule that drops it is somebody's decision, and no finding.",
    fix: "Accept what pods send, and the way back, or set the policy to ACCEPT.",
  },
  "redundant-rule": {
    about:
      "A note: a rule without which every packet would fare as it does, since later rules or the policy do the same with all that it takes. Proved for every packet; a packet that is changed, marked or logged on the way there counts as faring otherwise. Rules of known programs are not looked at.",
    fix: "Delete it, if it is not there for its counter, for the reader, or for the day when the policy changes.",
  },
  "route-table-without-default": {
    about:
      "A rule `from ADDRESS lookup TABLE` whose table has routes, but none for all. What it has no route for leaves as the rules behind it say, maybe by another device. A note: it may be meant so.",
    fix: "If all that comes from there is to leave by one device, add the default route of that table.",
  },
  "rp-filter-asymmetric": {
    about:
      "A device with a default route in some table and strict rp_filter that drops what comes in for an address of this node, since the answer would leave by another device: for the device's own addresses, and for those that routing rules (`from 10.1.0.9 lookup 11`) send elsewhere. The kernel looks the way back up without the packet's mark, unless `src_valid_mark` is set: rules by mark are what it forgets. Shown by a packet that is walked. IPv6 has no such setting.",
    fix: "Set rp_filter of the device to 2, which asks only whether there is a way back at all.",
  },
  "rule-to-empty-table": {
    about:
      "A routing rule whose table is known to be empty: the kernel goes on to the next rule. Known it is where all tables were listed (`ip route show table all`), or this one.",
    fix: "Add the routes that the rule was made for, or delete it (`ip rule del`).",
  },
  "rule-unreachable": {
    about:
      "A routing rule behind one that asks nothing of a packet and answers for all: by a default route, or by `unreachable`, `blackhole`, `prohibit`. A default route whose link is down does not count, nor does a rule with `suppress_prefixlength`; where a rule says `goto`, nothing is said.",
    fix: "Give the rule a smaller number, or delete it.",
  },
  "service-address-without-backend": {
    about:
      "An address of `kube-ipvs0` that IPVS has no virtual server for: the node takes its packets, and nobody answers. A virtual server without a server to send to is a note.",
    fix: "See whether the service was deleted; if not, kube-proxy's log tells why it could not write it.",
  },
  "set-empty": {
    about:
      "A rule that accepts the members of a set that has none, or refuses all who are no members (`! --match-set … -j DROP`): nobody gets through by it. A note where an owner is known, or where members come and go (`timeout`); no finding where rules fill the set, and none for kube-proxy, which creates all its sets.",
    fix: "Find who was to fill the set. If it may be empty, the rule does no harm.",
  },
  "set-missing": {
    about:
      "A rule that names a set which no listing has, though sets were listed. The kernel does not hold such a rule: the listings do not belong together.",
    fix: "Take `ipset save` together with the rules: the listings are of different moments, or not all sets were listed.",
  },
  "set-nearly-full": {
    about:
      "A set of type `hash:…`, or one of nft with a `size`, filled to nine tenths (warning) or full (error). What comes after is refused: kube-proxy writes a line in its log, and the service does not work.",
    fix: "Make the set anew with a larger `maxelem` (nft: `size`) and swap the two.",
  },
  "set-unused": {
    about:
      "A set of nobody known that no rule and no other set names. Said where all rules of both families are listed.",
    fix: "If nothing else uses it (tc can), delete it: `ipset destroy`.",
  },
  "set-wrong-dimensions": {
    about:
      "A rule that names fewer sides than its set has dimensions: the kernel answers no, always; with `!`, yes. More sides than dimensions are ignored: a note.",
    fix: "Name a side for each dimension: `src` or `dst`, joined by commas.",
  },
  "set-wrong-family": {
    about:
      "A rule for IPv4 that names a set of IPv6 addresses, or the other way round. iptables refuses it; in the kernel it never matches.",
    fix: "Name the set of the other family.",
  },
  "shadowed-rule": {
    about:
      "A rule that no packet gets to, since rules before it in the chain take all that it asks for. Proved for every packet; the finding names the rules that take them, and shows a packet on its way to one of them, as a `hookwalk trace` to run. Where they would do the same with them it is a note. Of rules that stand twice, and of NAT rules, `duplicate-rule` and `nat-after-accept` speak.",
    fix: "If the rule is meant to count, it belongs further up; else delete it.",
  },
  "socket-match-missing": {
    about:
      "TPROXY for TCP without a rule that takes packets of sockets that are there already (`-m socket`, in nft `socket transparent`, or as Istio does it by conntrack). What the proxy sends with the address of a client has answers that the TPROXY rule does not match.",
    fix: "Put `-A PREROUTING -p tcp -m socket --transparent -j MARK --set-xmark 0x1/0x1` before it.",
  },
  "tproxy-table-empty": {
    about:
      "A TPROXY rule whose mark a routing rule takes to a table without a `local` route for all: what the proxy should get is routed on. A table that was not listed is no finding.",
    fix: "Add the route: `ip route add local default dev lo table TABLE`.",
  },
  "tproxy-without-listener": {
    about:
      "A TPROXY rule to a port where nothing listens, or a socket that is not transparent: the kernel drops what the rule matches. Said where sockets were listed (with their options, `ss --inet-sockopt`, for the second). Of two rules for one port, by tcp and by udp, one listener is enough: Cilium always writes both.",
    fix: "Start the proxy; it must set IP_TRANSPARENT on its socket before it listens.",
  },
  "tproxy-without-rule": {
    about:
      "A TPROXY rule whose mark no routing rule looks at: the packet keeps the socket that it was given, is routed on, and the kernel drops it when it is to be forwarded.",
    fix: "Add both: `ip rule add fwmark MARK lookup TABLE` and `ip route add local default dev lo table TABLE`.",
  },
  "truncated-dump": {
    about:
      "A listing that does not show all rules: filtered by `grep`, cut, or of another moment than its neighbour. Rules that no listing shows are taken not to be there.",
    fix: "Take the listing again, whole, and all of them at once.",
  },
  "two-backends": {
    about: "Rules in a table of one name in both legacy and nft. The kernel runs both, and each tool shows one.",
    fix: "Find who still writes with the other iptables (`iptables-legacy`, `iptables-nft`), and empty the table that is left over.",
  },
  "unreachable-rule": {
    about:
      "A rule whose packets never come to its chain, or never with the mark that it asks for. Proved for every packet.",
    fix: "The callers of its chain let other packets in, or marks are set otherwise before.",
  },
  "version-skewed-dump": {
    about:
      "A listing by an iptables that is older than the one that wrote the rules, and leaves matches out without a word (iptables before 1.8.8 does not know `mark`, `tcp`, `udp` … as nft's own expressions). Restored, the rules would hold for every packet.",
    fix: "Take the listing with iptables 1.8.8 or later, for instance in the container that wrote the rules. Never restore this one.",
  },
  "view-inverted": {
    about:
      "A rule that one listing shows inverted, or as something else. `nft list ruleset` translates the rules of iptables, and not always well: of `! --ctstate RELATED,ESTABLISHED,DNAT` it makes `ct status dnat`, and of a `CONNMARK --restore-mark` with masks, which keeps the other bits of the mark, `meta mark set ct mark and 0x80`, which as nft's own would clear them (a note).",
    fix: "Do not read nft's text of rules that iptables made; use `iptables-save`.",
  },
  "view-lost-match": {
    about: "A match that one listing leaves out. An error where the listing is one that people restore.",
    fix: "Trust the other listing that the finding names; where there is none, take the listing again with the iptables that wrote the rule.",
  },
  "whole-mark-overwrite": {
    about:
      "A rule sets all 32 bits of the packet's mark between the place where another owner sets bits and the place where it asks for them.",
    fix: "Set only bits of your own: `--set-xmark 0x21/0x21`, in nft `meta mark set meta mark | 0x21`.",
  },
} as const;
