/** What the pieces of kube-proxy's nftables mode are for. */
export const kubeNftables = {
  "kube-nft-table": "kube-proxy in its nftables mode: all that it writes",
  "kube-nft-chain-filter": "kube-proxy: checks before DNAT, on the addresses that clients asked for",
  "kube-nft-chain-after-dnat": "kube-proxy: checks what no DNAT has given to an endpoint",
  "kube-nft-chain-post-dnat": "kube-proxy: checks what this node sends after DNAT",
  "kube-nft-chain-nat": "kube-proxy: where packets to services get their endpoint",
  "kube-nft-chain-postrouting": "kube-proxy: where packets leave that may have to be masqueraded",
  "kube-nft-chain-service": "kube-proxy: picks an endpoint of service {service}, port {port}",
  "kube-nft-chain-local": "kube-proxy: picks an endpoint of service {service}, port {port}, on this node",
  "kube-nft-chain-external": "kube-proxy: takes what comes to service {service}, port {port}, from outside",
  "kube-nft-chain-firewall":
    "kube-proxy: lets only the allowed sources reach the load balancer address of service {service}, port {port}",
  "kube-nft-chain-endpoint": "kube-proxy: sends a connection of service {service}, port {port}, to endpoint {endpoint}",
  "kube-nft-chain-endpoints-check": "kube-proxy: answers for services without endpoints",
  "kube-nft-chain-nodeports-check": "kube-proxy: answers for node ports without endpoints",
  "kube-nft-chain-firewall-check": "kube-proxy: enforces the source ranges of load balancers",
  "kube-nft-chain-cluster-ips-check": "kube-proxy: refuses cluster addresses and ports that no service has",
  "kube-nft-chain-reject": "kube-proxy: refuses, for the maps of services without endpoints",
  "kube-nft-set-cluster-ips": "the cluster addresses of all services",
  "kube-nft-set-nodeport-ips": "the addresses of this node on which node ports are open",
  "kube-nft-set-service-ips": "for each address, protocol and port of a service the chain of that service",
  "kube-nft-set-service-nodeports": "for each protocol and node port the chain of its service",
  "kube-nft-set-firewall-ips": "load balancer addresses with source ranges, each with the chain that checks them",
  "kube-nft-set-no-endpoint-services":
    "addresses, protocols and ports of services without endpoints, with what becomes of their packets",
  "kube-nft-set-no-endpoint-nodeports":
    "protocols and node ports of services without endpoints, with what becomes of their packets",
  "kube-nft-set-affinity":
    "the clients of service {service}, port {port}, that were sent to endpoint {endpoint} of late",
  "kube-nft-first-packet": "Only packets of new connections are asked.",
  "kube-nft-dispatch": "One lookup finds the service, however many there are.",
  "kube-nft-no-endpoints":
    "Nothing may come to a service without endpoints: the client is told at once or, where only this node has none for it, hears nothing.",
  "kube-nft-firewall": "Only load balancer addresses with source ranges are in the map.",
  "kube-nft-free-port":
    "The address is a service's, but no service has this port: what had one was rewritten by DNAT or refused before.",
  "kube-nft-free-address": "The address is in the range of services, but no service has it.",
  "kube-nft-refused": "The client is told at once that nobody answers.",
  "kube-nft-mark": "It only marks: chain masquerading masquerades what has the bit, later, when the packet leaves.",
  "kube-nft-balance": "A new connection goes to any of the endpoints, all with the same probability.",
  "kube-nft-external-rest": "All others keep to the service's policy for traffic from outside.",
  "kube-nft-remember": "Session affinity: the client is remembered, and goes to this endpoint again as long as it is.",
} as const;
