/** Who asks for what in objects.yaml, and what has to become of it: whatever the mode, and on the kernel as in a walk. */
export interface Connection {
  readonly what: string;
  readonly client: Client;
  readonly dst: string;
  readonly proto?: "udp";
  /** Endpoints that it may get to, each with some chance; `drop`: nothing comes back; `reject`: refused at once. */
  readonly ends: readonly string[];
  /** Whether it gets there with an address of the node's. */
  readonly masqueraded: boolean;
}

export type Client = keyof typeof CLIENTS;

/** Where packets of each client come from: the device of worker-1, and the client's address. */
export const CLIENTS = {
  outside: { iif: "eth0", src: "203.0.113.5", dmac: "02:00:00:00:00:02" },
  /** In none of the source ranges. */
  stranger: { iif: "eth0", src: "198.18.0.5", dmac: "02:00:00:00:00:02" },
  pod: { iif: "cni0", src: "10.244.1.20", dmac: "02:00:00:00:00:03" },
  /** Itself the endpoint of a service. */
  endpoint: { iif: "cni0", src: "10.244.1.12", dmac: "02:00:00:00:00:03" },
  pod6: { iif: "cni0", src: "fd00:244:1::20", dmac: "02:00:00:00:00:03" },
  endpoint6: { iif: "cni0", src: "fd00:244:1::c", dmac: "02:00:00:00:00:03" },
  outside6: { iif: "eth0", src: "2001:db8:5::5", dmac: "02:00:00:00:00:02" },
  node: { local: true, src: "192.0.2.11" },
} as const;

const WEB = ["10.244.1.5:8080", "10.244.2.5:8080", "10.244.2.6:8080"];
const SHOP = ["10.244.2.8:8080"];
const NEAR = ["10.244.1.9:8080", "10.244.2.9:8080"];
const NEAR_HERE = ["10.244.1.9:8080"];
const DUAL6 = ["[fd00:244:1::c]:8443"];

function row(
  what: string,
  client: Client,
  dst: string,
  ends: readonly string[],
  ...options: readonly ("masqueraded" | "udp")[]
): Connection {
  const masqueraded = options.includes("masqueraded");
  return { what, client, dst, ends, masqueraded, ...(options.includes("udp") ? { proto: "udp" } : {}) };
}

export const CONNECTIONS: readonly Connection[] = [
  row("a pod to a cluster IP", "pod", "10.96.0.1:80", WEB),
  row("the node, by its own address, to a cluster IP", "node", "10.96.0.2:80", SHOP),
  row("outside to a cluster IP", "outside", "10.96.0.2:80", SHOP, "masqueraded"),
  row("outside to a node port", "outside", "192.0.2.11:30080", SHOP, "masqueraded"),
  row("the node to its own node port", "node", "192.0.2.11:30080", SHOP),
  row("a pod to a node port", "pod", "192.0.2.11:30080", SHOP, "masqueraded"),
  row("outside to an external IP", "outside", "198.51.100.7:80", SHOP, "masqueraded"),
  row("a client in the ranges to a load balancer", "outside", "198.51.100.9:80", SHOP, "masqueraded"),
  row("a client outside of the ranges", "stranger", "198.51.100.9:80", ["drop"]),
  row("such a client to the node port of that service", "stranger", "192.0.2.11:30080", SHOP, "masqueraded"),
  row("outside to a load balancer, policy Local", "outside", "198.51.100.10:80", NEAR_HERE),
  row("outside to a node port, policy Local", "outside", "192.0.2.11:30081", NEAR_HERE),
  row("a pod to a load balancer, policy Local", "pod", "198.51.100.10:80", NEAR),
  row("the node to a load balancer, policy Local", "node", "198.51.100.10:80", NEAR),
  row("a pod to a cluster IP beside policy Local outside", "pod", "10.96.0.3:80", NEAR),
  row("outside to a node port, policy Local, nobody here", "outside", "192.0.2.11:30082", ["drop"]),
  row("a pod to a node port, policy Local, nobody here", "pod", "192.0.2.11:30082", ["10.244.2.10:8080"]),
  row("a pod to a cluster IP, policy Local, nobody here", "pod", "10.96.0.4:80", ["drop"]),
  row("a pod to a service without endpoints", "pod", "10.96.0.5:80", ["reject"]),
  row("the node to a service without endpoints", "node", "10.96.0.5:80", ["reject"]),
  row("outside to the node port of such a service", "outside", "192.0.2.11:30083", ["reject"]),
  row("a pod to the one endpoint that still serves while it ends", "pod", "10.96.0.6:53", ["10.244.2.11:53"], "udp"),
  row("an endpoint back to itself", "endpoint", "10.96.0.7:443", ["10.244.1.12:8443"], "masqueraded"),
  row("a pod to a cluster IP of IPv6", "pod6", "[fd00:96::7]:443", DUAL6),
  row("outside to a cluster IP of IPv6", "outside6", "[fd00:96::7]:443", DUAL6, "masqueraded"),
  row("an endpoint back to itself, IPv6", "endpoint6", "[fd00:96::7]:443", DUAL6, "masqueraded"),
];
