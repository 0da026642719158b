/** What the pieces of kube-proxy, kubelet and the node's DNS cache are for. */
export const kubernetes = {
  "kube-chain-services": "kube-proxy: where packets to services are recognised",
  "kube-chain-svc": "kube-proxy: picks an endpoint of one service",
  "kube-chain-svl": "kube-proxy: picks an endpoint of one service on this node",
  "kube-chain-sep": "kube-proxy: sends a connection to one endpoint",
  "kube-chain-ext": "kube-proxy: takes what comes to one service from outside",
  "kube-chain-xlb": "kube-proxy: takes what comes to one service with externalTrafficPolicy Local from outside",
  "kube-chain-fw": "kube-proxy: lets only the allowed sources reach one load balancer address",
  "kube-chain-external-services": "kube-proxy: refuses what comes from outside to services without endpoints",
  "kube-chain-nodeports": "kube-proxy: where packets to node ports are recognised",
  "kube-chain-nodeports-filter": "kube-proxy: accepts health checks of load balancers",
  "kube-chain-node-port": "kube-proxy: where packets to node ports are recognised",
  "kube-chain-node-port-filter": "kube-proxy: accepts health checks of load balancers",
  "kube-chain-load-balancer": "kube-proxy: packets to load balancer addresses",
  "kube-chain-firewall-nat": "kube-proxy: marks for dropping what a load balancer's source ranges do not allow",
  "kube-chain-mark-masq": "kube-proxy: marks a packet to be masqueraded",
  "kube-chain-postrouting": "kube-proxy: masquerades the packets that were marked for it",
  "kube-chain-forward": "kube-proxy: lets service traffic through, whatever the policy of FORWARD is",
  "kube-chain-proxy-firewall": "kube-proxy: enforces the source ranges of load balancers",
  "kube-chain-source-ranges": "kube-proxy: drops what a load balancer's source ranges do not allow",
  "kube-chain-ipvs-filter": "kube-proxy: keeps service addresses from answering on ports that no service has",
  "kube-chain-ipvs-out-filter": "kube-proxy: keeps this node from load balancers whose source ranges leave it out",
  "kube-chain-canary":
    "kube-proxy: empty; when it is gone somebody flushed the table, and kube-proxy writes everything anew",

  "kube-set-loop-back": "endpoints on this node, each as its own client: for a pod that reaches itself by a service",
  "kube-set-cluster-ip": "the cluster address and port of every service",
  "kube-set-external-ip": "external addresses and ports of services",
  "kube-set-external-ip-local": "external addresses and ports of services with externalTrafficPolicy Local",
  "kube-set-load-balancer": "load balancer addresses and ports of services",
  "kube-set-load-balancer-fw": "load balancer addresses and ports that have source ranges",
  "kube-set-load-balancer-local": "load balancer addresses and ports of services with externalTrafficPolicy Local",
  "kube-set-source-ip": "load balancer addresses that may talk to themselves",
  "kube-set-source-cidr": "which networks may reach which load balancer address and port",
  "kube-set-node-port-local": "node ports of services with externalTrafficPolicy Local",
  "kube-set-node-port": "node ports of services",
  "kube-set-health-check": "ports where load balancers ask whether this node has endpoints",
  "kube-set-ipvs-ips": "all addresses on kube-ipvs0",
  "kube-device-ipvs": "the dummy device that holds the service addresses, so that the kernel takes them for its own",

  "kube-jump-services": "This is how packets meet the services, both those that come in and those that are made here.",
  "kube-jump-postrouting": "Every packet that leaves passes here, to be masqueraded where it was marked for that.",
  "kube-jump-forward": "Forwarded packets meet kube-proxy's accepts.",
  "kube-jump-health": "Packets for this node meet the accepts for health checks.",
  "kube-jump-firewall": "Packets meet the source ranges of load balancers.",
  "kube-jump-ipvs-filter": "Packets for this node meet the filter for service addresses.",
  "kube-jump-ipvs-out-filter": "What this node sends to load balancers meets their source ranges.",
  "kube-jump-external": "New connections meet the services without endpoints.",
  "kube-mark-masq": "It only marks: KUBE-POSTROUTING masquerades what has the bit, later, when the packet leaves.",
  "kube-postrouting-return":
    "What nobody marked for masquerading goes back from here: only packets with bit 0x4000 set reach the rules below.",
  "kube-postrouting-clear":
    "Only packets with the bit set get here, so flipping it clears it. It is cleared so that the packet is not masqueraded a second time if it comes by again (encapsulated, say).",
  "kube-postrouting-masquerade":
    "The server must see this node's address, so that its answer comes back through this node, where the service's address is put back.",
  "kube-forward-invalid":
    "A packet that conntrack cannot place would go on with an address that was not translated back, and the other side would reset the connection.",
  "kube-forward-marked": "Service traffic that will be masqueraded passes, whatever the policy of FORWARD is.",
  "kube-forward-established": "So do the answers, and everything of connections that exist.",

  "kube-ipvs-loopback": "What this node sends from a loopback address stays as it is.",
  "kube-ipvs-load-balancer": "Packets to a service's load balancer address.",
  "kube-ipvs-cluster-ip-outside":
    "A client outside of the pods' network (a node, a machine beyond it) would get the answer from the pod itself, past this node: so it is masqueraded.",
  "kube-ipvs-cluster-ip-self":
    "A process of this node that talks to a service may have the service's own address as its source: it is masqueraded.",
  "kube-ipvs-cluster-ip-all": "All traffic to services is masqueraded (masqueradeAll).",
  "kube-ipvs-external-masq":
    "Whoever comes to an external address is masqueraded, so that the answer comes back through this node.",
  "kube-ipvs-external-outside":
    "Packets to an external address of a service that other machines sent, not this node and not a port of a bridge here, end their way through the nat table: IPVS takes them on.",
  "kube-ipvs-external-local":
    "Packets to an external address of a service that this node has itself end their way through the nat table: IPVS takes them on.",
  "kube-ipvs-node-port": "Packets to an address of this node may be for a node port.",
  "kube-ipvs-accept":
    "It ends the way through the nat table, so that no later rule translates what IPVS will translate.",
  "kube-ipvs-local-return": "With externalTrafficPolicy Local the client keeps its address.",
  "kube-ipvs-lb-firewall": "This load balancer address has source ranges.",
  "kube-ipvs-lb-masq":
    "Whoever comes to a load balancer address is masqueraded, so that the answer comes back through this node.",
  "kube-ipvs-node-port-masq":
    "Whoever comes to a node port is masqueraded, so that the answer comes back through this node.",
  "kube-ipvs-health-check":
    "A load balancer asks whether this node has endpoints of a service with externalTrafficPolicy Local.",
  "kube-ipvs-ranges": "This load balancer address has source ranges.",
  "kube-ipvs-ranges-return": "This source is allowed.",
  "kube-ipvs-ranges-mark-drop":
    "This source is not allowed: the packet is marked here and dropped later, by KUBE-FIREWALL of table filter.",
  "kube-ipvs-ranges-drop": "This source is not allowed.",
  "kube-ipvs-hairpin": "A pod that reaches itself by a service must see another address than its own.",
  "kube-ipvs-filter-service": "A port that a service has.",
  "kube-ipvs-filter-reject":
    "A service address on a port that no service has: without this rule the node itself would answer there, because the address is its own (on kube-ipvs0). It also refuses pings.",
  "kube-ipvs-out-drop": "This node is not in the source ranges of this load balancer.",

  "kube-svc-cluster-ip": "The cluster address of service {service}.",
  "kube-svc-external-ip": "An external address of service {service}.",
  "kube-svc-load-balancer": "The load balancer address of service {service}.",
  "kube-svc-nodeports":
    "What is addressed to this node and to no service may be for a node port; so this is the last rule.",
  "kube-svc-no-endpoints": "Service {service} has no endpoints: the client is told at once.",
  "kube-svc-no-local-endpoints": "Service {service} has no endpoints on this node, and asks for local ones.",
  "kube-svc-health-check": "A load balancer asks whether this node has endpoints of service {service}.",
  "kube-svc-node-port": "The node port of service {service}.",
  "kube-svc-masquerade":
    "A client of service {service} that is no pod is masqueraded, so that the answer comes back through this node.",
  "kube-svc-affinity": "Session affinity of service {service}: who was sent to {endpoint} before goes there again.",
  "kube-svc-balance":
    "A share of the new connections of service {service} goes to endpoint {endpoint}; the probability is that among the endpoints which are left.",
  "kube-svc-balance-last": "All that is left of the new connections of service {service} goes to endpoint {endpoint}.",
  "kube-sep-hairpin": "A pod that reaches itself by the service must see another address than its own.",
  "kube-sep-dnat": "The connection goes to endpoint {endpoint}.",
  "kube-ext-masquerade":
    "Whoever comes to service {service} from outside is masqueraded, so that the answer comes back through this node.",
  "kube-ext-pods": "Pods of this node that use the outside address of service {service} get any endpoint.",
  "kube-ext-local-masquerade":
    "Processes of this node that use the outside address of service {service} are masqueraded.",
  "kube-ext-local": "Processes of this node that use the outside address of service {service} get any endpoint.",
  "kube-fw-range": "An allowed source of service {service}.",
  "kube-fw-rest": "Other sources of service {service} are dropped by KUBE-PROXY-FIREWALL; this rule only says so.",
  "kube-fw-drop": "What no source range of service {service} allowed.",

  "kubelet-chain-hint": "kubelet: always empty; says that this backend of iptables is the one in use",
  "kubelet-chain-canary":
    "kubelet: always empty; when it is gone somebody flushed the table, and kubelet writes its rules anew",
  "kubelet-chain-mark-drop": "kubelet: marks a packet to be dropped later",
  "kubelet-chain-firewall":
    "kubelet: drops packets that were marked for it, and what others send to loopback addresses",
  "kubelet-jump-firewall":
    "kubelet puts this jump in front where it is missing; those that others put in later stand before it.",
  "kubelet-drop-marked": "It drops what KUBE-MARK-DROP of table nat marked, where a packet cannot be dropped.",
  "kubelet-drop-localnet":
    "kube-proxy lets node ports be used on 127.0.0.1 (route_localnet), which would open the node's loopback services to its neighbours: only answers, related packets and what was translated there may come from elsewhere (CVE-2020-8558).",
  "kubelet-mark-drop": "It only marks: KUBE-FIREWALL of table filter drops what has the bit.",

  "kube-mark-masquerade": "to be masqueraded",
  "kube-mark-drop": "to be dropped",

  "dns-cache-notrack":
    "DNS between this node and its cache needs no conntrack: that saves entries and avoids lost answers by races in it.",
  "dns-cache-health": "Health checks of the DNS cache need no conntrack.",
  "dns-cache-accept": "DNS between this node and its cache passes, whatever the policy is.",
  "dns-cache-device": "the dummy device that holds the address of the node's DNS cache",
} as const;
