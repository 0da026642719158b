import { describe, expect, it } from "vitest";
import { compileProgram } from "../compile/program.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import { parsePacketOptions } from "../parse/packet/packet.ts";
import { walkPacket } from "./walk.ts";

type Files = Readonly<Record<string, string>>;

function link(
  index: number,
  name: string,
  line = "link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff",
  more = "",
): string {
  return `${String(index)}: ${name}: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default\n    ${line}\n${more}`;
}

const POD = "link/ether ee:ee:ee:ee:ee:ee brd ff:ff:ff:ff:ff:ff link-netnsid 0";
/** As `ip -d` prints it, which is followed by the line of the kind. */
const DETAILED = "link/ether 02:00:00:00:00:07 brd ff:ff:ff:ff:ff:ff promiscuity 0 ";
const OURS = "    inet 10.0.0.1/24 scope global eth0\n";

/** What the walk says beside the rules, of each outcome. */
function notes(
  links: readonly string[],
  fields: Readonly<Record<string, unknown>>,
  more: Files = {},
): readonly string[] {
  const files: Files = {
    "ip-addr.txt": links.join(""),
    "iptables-save.txt": "*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n",
    "ip-rule.txt": "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n",
    "ip-route.txt":
      "10.0.0.0/24 dev eth0 scope link\n10.2.0.0/24 via 10.0.0.12 dev far\n10.3.0.5 dev pod1 scope link\nlocal 10.0.0.1 dev eth0 table local scope host\n",
    "sysctl.txt": "net.ipv4.ip_forward = 1\n",
    ...more,
  };
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  const { value, problems } = parsePacketOptions({ src: "10.0.0.9", proto: "tcp", dport: 80, ...fields });
  if (value === null) throw new Error(JSON.stringify(problems));
  const { outcomes } = walkPacket(compileProgram(parseSnapshot(texts, { name: "test" })), value.packet, value.arrival);
  return outcomes.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === "note" ? [step.what] : [])));
}

const ETH0 = link(2, "eth0", undefined, OURS);

describe("what stands around netfilter", () => {
  const cilium = [ETH0, link(3, "cilium_host@cilium_net"), link(4, "lxc1@if5", POD)];

  it("is Cilium's programs on the devices that the packet passes", () => {
    expect(notes(cilium, { iif: "lxc1", dst: "10.0.0.77", src: "10.3.0.5" })).toEqual([
      "Cilium's BPF program on lxc1 sees packets first and may drop, mark or redirect them past netfilter",
    ]);
    expect(notes(cilium, { iif: "eth0", dst: "10.0.0.1" })).toEqual([
      "Cilium may have a BPF program on eth0, which may translate packets or redirect them past netfilter",
    ]);
  });

  it("is its socket load balancer, where no rule of kube-proxy does its work", () => {
    const made = { local: true, src: "10.0.0.1", dst: "10.0.0.77" };
    expect(notes(cilium, made)).toEqual([
      "Cilium's socket load balancer puts a backend in the place of a service before the packet is made",
    ]);
    const rules = "*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n";
    expect(notes(cilium, made, { "iptables-save.txt": rules })).toEqual([]);
    expect(notes(cilium, { ...made, proto: "icmp", dport: undefined })).toEqual([]);
  });

  it("is Calico's programs, an XDP program, and the rules in a pod", () => {
    const calico = [ETH0, link(3, "bpfin.cali@bpfout.cali"), link(4, "cali1@if5", POD)];
    expect(notes(calico, { iif: "cali1", dst: "10.0.0.77" })).toEqual([
      "Calico's BPF program on cali1 sees packets first and may drop, mark or redirect them past netfilter",
      "Calico's BPF program on eth0 comes next: its policy may drop the packet",
    ]);
    const xdp = ETH0.replace("mtu 1500 ", "mtu 1500 xdp ");
    expect(notes([xdp], { iif: "eth0", dst: "10.0.0.1" })).toEqual([
      "an XDP program on eth0 sees packets first and may drop or redirect them",
    ]);
    const istio = {
      "cni-10.conflist": '{"cniVersion":"0.3.1","name":"k8s","plugins":[{"type":"calico"},{"type":"istio-cni"}]}',
    };
    expect(notes([ETH0, link(4, "cali1@if5", POD)], { iif: "cali1", dst: "10.0.0.77" }, istio)).toEqual([
      "the pod behind cali1 may have rules in its own namespace (istio-cni), which came first",
    ]);
  });

  it("is not named to packets that it does not concern", () => {
    expect(notes([ETH0, link(4, "cali1@if5", POD)], { iif: "cali1", dst: "10.0.0.77" })).toEqual([]);
    expect(notes([...cilium, link(6, "eth1")], { iif: "eth1", dst: "10.0.0.77" })).toEqual([
      "Cilium may have a BPF program on eth1, which may translate packets or redirect them past netfilter",
    ]);
  });
});

describe("a packet inside another one", () => {
  const away = { iif: "eth0", dst: "10.2.0.5" };

  it.each([
    [
      "vxlan",
      link(7, "far", DETAILED, "    vxlan id 1 local 10.0.0.1 dev eth0 srcport 0 0 dstport 4789 nolearning \n"),
      "no dump of the forwarding database of far",
    ],
    [
      "vxlan",
      link(7, "far", DETAILED, "    vxlan id 1 remote 10.0.0.12 dev eth0 srcport 0 0 dstport 4789 \n"),
      "to 10.0.0.12, which is not followed",
    ],
    [
      "wireguard",
      link(7, "far", "link/none promiscuity 0 ", "    wireguard numtxqueues 1 \n"),
      "no dump of the peers of far",
    ],
  ])("is named: %s", (kind, tunnel, where) => {
    expect(notes([ETH0, tunnel], away)).toEqual([
      `far sends the packet inside another one (${kind}), which passes OUTPUT and POSTROUTING itself: ${where}`,
    ]);
  });

  it("is followed through an ipip device to the route's next hop", () => {
    const ipip = link(7, "far", "link/ipip 0.0.0.0 brd 0.0.0.0");
    expect(notes([ETH0, ipip], away)).toEqual(["the packet goes on inside another one: ipip 10.0.0.1 > 10.0.0.12"]);
  });

  it("does not go round in its own tunnel", () => {
    const ipip = link(7, "far", "link/ipip 0.0.0.0 brd 0.0.0.0");
    const routes = {
      "ip-route.txt":
        "10.2.0.0/24 via 10.2.0.7 dev far onlink\nlocal 10.0.0.1 dev eth0 table local scope host\n10.0.0.0/24 dev eth0 scope link\n",
    };
    const files = notes([ETH0, ipip], away, routes);
    expect(files).toEqual(["the packet goes on inside another one: ipip 10.0.0.1 > 10.2.0.7"]);
  });

  it("is named where it comes in and is taken out", () => {
    const tunnels = [ETH0, link(7, "flannel.1", undefined, "    vxlan id 1 dev eth0 \n")];
    const carrier = { iif: "eth0", dst: "10.0.0.1", proto: "udp", dport: 8472 };
    expect(notes(tunnels, carrier)).toEqual([
      "flannel.1 takes the packet: the one inside it (vxlan) comes in by flannel.1 and passes every hook from PREROUTING",
    ]);
    expect(notes(tunnels, { ...carrier, dport: 53 })).toEqual([]);
  });
});
