/** What Cilium's pieces are for. Chains, sets, devices: what the thing is. Rules: why it was written, as sentences. */
export const cilium = {
  "cilium-chain-old": "Cilium's previous rules, kept while new ones are being written",
  "cilium-chain-transient": "accepts pod traffic while Cilium rewrites its rules",
  "cilium-chain-input": "Cilium: accepts what is on its way to a local proxy",
  "cilium-chain-output": "Cilium: accepts what its proxies send, and marks the rest as coming from the host",
  "cilium-chain-output-raw": "Cilium: keeps what its proxies send out of connection tracking",
  "cilium-chain-post-nat":
    "Cilium: gives packets that leave the cluster network a source address that others can answer",
  "cilium-chain-output-nat": "Cilium's; empty unless IPsec is on",
  "cilium-chain-pre-nat": "Cilium's; empty unless IPsec is on",
  "cilium-chain-post-mangle": "Cilium's; always empty",
  "cilium-chain-pre-mangle": "Cilium: hands packets that its BPF programs marked to the local proxies",
  "cilium-chain-pre-raw": "Cilium: keeps packets for the proxies out of connection tracking",
  "cilium-chain-forward": "Cilium: lets pod traffic through, whatever the policy of FORWARD is",

  "cilium-set-nodes": "the addresses of all nodes of the cluster",

  "cilium-device-health": "Cilium's health check endpoint",
  "cilium-device-pod": "the host's end of a pod's veth pair",
  "cilium-device-host": "Cilium's own device, by which the host and the pods reach each other",
  "cilium-device-net": "the other end of cilium_host",
  "cilium-device-tunnel": "Cilium's tunnel to the other nodes",
  "cilium-device-wireguard": "Cilium's WireGuard tunnel",
  "cilium-device-any": "all of Cilium's own: cilium_host, cilium_net, cilium_vxlan …",

  "cilium-feeder": "The agent puts this jump at the top of the built-in chain, when its own chain is filled.",
  "cilium-tproxy-dns":
    "A BPF program at the pod has marked the packet for the DNS proxy, which reads DNS questions and answers for policies with domain names (toFQDNs). There are two such rules for a proxy, one for tcp and one for udp.",
  "cilium-tproxy-http":
    "A BPF program at the pod has marked the packet for Envoy, because an L7 policy covers it ({proxy}). There are two such rules for a proxy, one for tcp and one for udp, whatever it serves.",
  "cilium-tproxy-listener":
    "A BPF program has marked the packet for Envoy's listener {proxy}, which a CiliumEnvoyConfig asks for. There are two such rules for a proxy, one for tcp and one for udp, whatever it serves.",
  "cilium-tproxy":
    "A BPF program has marked the packet for the proxy {proxy}. There are two such rules for a proxy, one for tcp and one for udp, whatever it serves.",
  "cilium-socket":
    "A packet of a connection that a proxy already serves is sent back to that proxy: the mark “to the proxy” makes the routing rule deliver it on this node, although its address is not this node's.",
  "cilium-notrack-to-proxy":
    "The packet is on its way to a local proxy (a BPF program set the mark). Tracking it would let NAT rules of others rewrite it, and its connection would be seen twice: once with the proxy, once beyond it.",
  "cilium-notrack-proxy-return":
    "A proxy's answer to a pod: it carries the address of the peer, not the proxy's, and must not be tracked or translated.",
  "cilium-notrack-proxy-forward": "What a proxy passes on towards a pod, before IPsec encrypts it.",
  "cilium-notrack-upstream":
    "The proxy's own connection to the server, made with the pod's address: it must not be tracked as if this node had opened it.",
  "cilium-accept-to-proxy": "Without it a policy of INPUT that drops would keep the packet from the proxy.",
  "cilium-accept-from-proxy": "Without it a policy of OUTPUT that drops would keep what the proxy sends from the pod.",
  "cilium-accept-upstream": "Without it a policy of OUTPUT that drops would keep the proxy from the server.",
  "cilium-mark-from-host":
    "It tells the BPF programs that a process of this node sent the packet (identity “host”), so that they do not treat it as coming from outside. What already has a mark of Cilium's (a proxy's, encryption's, a pod's identity) is left out. It runs behind the routing decision: no routing rule sees this mark.",
  "cilium-accept-tunnel": "Packets to the other nodes' tunnel port pass, whatever the policy is.",
  "cilium-notrack-tunnel": "The tunnel's own packets need no tracking: it would only fill the table.",
  "cilium-exclude-encryption":
    "What IPsec or WireGuard is to encrypt, or has decrypted, passes {chain} of table {table} untouched.",
  "cilium-notrack-encryption": "What IPsec or WireGuard is to encrypt, or has decrypted, is not tracked.",
  "cilium-forward-to":
    "Traffic to pods by {device} passes, whatever the policy of FORWARD is (Docker's is DROP, for one); the BPF programs have decided by policy already.",
  "cilium-forward-from":
    "Traffic from pods or from the host's side by {device} passes, whatever the policy of FORWARD is; the BPF programs have decided by policy already.",
  "cilium-notrack-pods":
    "Pod traffic needs no conntrack of the kernel here: the BPF programs track it (install-no-conntrack-iptables-rules).",
  "cilium-notrack-host-ports": "An annotation asks that this port be not tracked.",
  "cilium-masquerade":
    "Pods' addresses mean nothing outside of the cluster: there their packets go with the node's address. What stays on Cilium's own devices goes to other pods and keeps its address.",
  "cilium-snat-source-route": "A pod's packet gets the source address that the route to its destination asks for.",
  "cilium-exclude-others": "What does not go to pods needs none of the rules below.",
  "cilium-exclude-proxy-return":
    "What a proxy sends already carries the address that the other end expects; this must not be masqueraded.",
  "cilium-exclude-nodes": "Other nodes of the cluster see a pod's own address.",
  "cilium-snat-host":
    "What enters the pod network here with an address that pods have no way back to gets the address of cilium_host.",
  "cilium-snat-loopback":
    "A process of the host that talks from 127.0.0.1 to a pod: pods cannot answer to a loopback address.",
  "cilium-snat-hairpin":
    "A pod that reaches itself by a service: the answer has to come back through the node, where the address is translated back.",
  "cilium-eni-save":
    "Connections that came to this node itself by the primary network card are remembered, so that their answers go out by the same card.",
  "cilium-eni-restore":
    "The answer of a pod takes over that memory as its mark; a routing rule (109: fwmark 0x80/0x80) sends it out by the primary card. Without that rule the mark does nothing.",

  "cilium-routing-ipsec": "What IPsec is to encrypt or has decrypted is routed by a table of its own.",
  "cilium-routing-wireguard": "What WireGuard is to encrypt is routed into its tunnel.",
  "cilium-routing-to-proxy":
    "Packets for a proxy are delivered on this node, whatever their destination address: table {table} says that every address is local.",
  "cilium-routing-from-proxy":
    "What a proxy sends to pods goes out by cilium_host, where a BPF program takes it over: table {table}.",
  "cilium-routing-to-pod": "Packets to the local pod {pod} take its own route of table main.",
  "cilium-routing-local":
    "The rule for the node's own addresses. The kernel has it at 0; Cilium moves it behind its rule for proxies, which would never be asked otherwise.",
  "cilium-routing-primary-eni": "Answers of connections that came in by the primary network card go out by it again.",
  "cilium-routing-from-pod":
    "Packets of the pod {pod} leave by the network card that its address belongs to: table {table}.",
  "cilium-routing-vtep": "Packets to an outside VXLAN endpoint (VTEP).",
  "cilium-table-ipsec": "routes for IPsec",
  "cilium-table-wireguard": "routes into WireGuard's tunnel",
  "cilium-table-vtep": "routes to outside VXLAN endpoints",
  "cilium-table-to-proxy": "delivers everything on this node: for packets on their way to a proxy",
  "cilium-table-from-proxy": "sends everything to cilium_host: for what proxies send to pods",

  "cilium-set-by-pod":
    "Cilium's BPF program at the pod's device (bpf_lxc) sets it where a policy sends the connection to a proxy; no dump of rules shows that.",
  "cilium-set-by-pod-identity":
    "Cilium's BPF program at the pod's device (bpf_lxc) sets it where it leaves a packet to the kernel's stack, and the DNS proxy on its own sockets; no dump of rules shows that.",
  "cilium-set-by-proxy": "The proxy sets it on its own sockets (SO_MARK); no dump of rules shows that.",
  "cilium-set-by-host": "Cilium's BPF program at the node's device (bpf_host) sets it; no dump of rules shows that.",
  "cilium-set-by-overlay":
    "Cilium's BPF programs set it on what they put into the tunnel; no dump of rules shows that.",
  "cilium-set-by-encrypt":
    "Cilium's BPF programs set it on what is to be encrypted, or the kernel on what it has encrypted; no dump of rules shows that.",
  "cilium-set-by-decrypt":
    "Cilium's BPF program at the node's device, or the kernel's IPsec, sets it; no dump of rules shows that.",

  "cilium-mark-to-proxy": "to a local proxy",
  "cilium-mark-port": "listening on port {port}: {half} is {port} in network byte order",
  "cilium-mark-snat-done": "a BPF program has translated the source",
  "cilium-mark-overlay": "in the tunnel",
  "cilium-mark-overlay-encrypted": "in the tunnel, encrypted",
  "cilium-mark-decrypted-overlay": "from the tunnel, decrypted",
  "cilium-mark-wireguard": "encrypted by WireGuard",
  "cilium-mark-egress-gateway": "done by the egress gateway",
  "cilium-mark-proxy-world": "the proxy's own connection outwards",
  "cilium-mark-proxy-endpoint": "from a proxy in a pod's name",
  "cilium-mark-proxy-ingress": "from an ingress proxy",
  "cilium-mark-proxy-egress": "from an egress proxy",
  "cilium-mark-from-proxy": "from a proxy",
  "cilium-mark-proxy-upstream": "the proxy's own connection to the server",
  "cilium-mark-host": "from a process of this node",
  "cilium-mark-decrypt": "decrypted, or to be decrypted, by IPsec",
  "cilium-mark-encrypt": "to be encrypted",
  "cilium-mark-identity": "carries the identity of a local pod, or of the DNS proxy",
  "cilium-mark-primary-eni": "came in by the primary network card",
  "cilium-mark-endpoint-id": "endpoint {id}",
  "cilium-mark-identity-of": "identity {id}",
  "cilium-mark-no-identity": "without an identity",
} as const;
