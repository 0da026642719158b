import { printIptablesSave } from "@hookwalk/engine";
import { renderOwners } from "@hookwalk/engine/render";
import { clusterState } from "./cluster.ts";

const ENDPOINTS = 3;
/** One in KUBE-SERVICES, four in the service's chain (one of them marks what comes from outside), two in that of each endpoint. */
const RULES_OF_A_SERVICE = 11;

/** What `iptables-save` prints where kube-proxy serves so many rules' worth of services with three endpoints each: 10 000 of 110 000. */
export function kubeProxyRules(rules: number): string {
  const services = Math.floor(rules / RULES_OF_A_SERVICE);
  const { value } = renderOwners(["kube-proxy"], clusterState({ services, endpoints: ENDPOINTS }));
  if (value === null) throw new Error("nothing rendered");
  return printIptablesSave(value.snapshot.tables.ip ?? []);
}

/** They as a node of such a cluster, one device to its own pods and one to all others. */
export function kubeProxyNode(rules: number): readonly { readonly path: string; readonly text: string }[] {
  return [
    { path: "iptables-save.txt", text: kubeProxyRules(rules) },
    { path: "ip-addr.txt", text: ADDRESSES },
    { path: "ip-route.txt", text: ROUTES },
    {
      path: "ip-rule.txt",
      text: "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n",
    },
    { path: "sysctl.txt", text: "net.ipv4.ip_forward = 1\n" },
  ];
}

const ADDRESSES = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 192.0.2.11/24 scope global eth0
       valid_lft forever preferred_lft forever
3: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP group default
    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
    inet 10.128.0.1/24 scope global cni0
       valid_lft forever preferred_lft forever
`;

const ROUTES = `default via 192.0.2.1 dev eth0
10.128.0.0/24 dev cni0 proto kernel scope link src 10.128.0.1
10.128.1.0/24 via 192.0.2.12 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.11
`;
