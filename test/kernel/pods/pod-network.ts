import type { Address, Family } from "@hookwalk/engine";
import { printAddress } from "@hookwalk/engine";
import { writeFileSync } from "node:fs";
import { ConntrackTable } from "../../../packages/cli/src/lab/conntrack-table.ts";
import { Namespace } from "../../../packages/cli/src/lab/namespace.ts";
import type { Libc } from "../../../packages/cli/src/lab/native.ts";
import { writeBaseline } from "../../../packages/cli/src/lab/sysctls.ts";
import { commandRunner, runOrThrow } from "../../../packages/cli/src/process/command-runner.ts";
import type { Place } from "../../policy/probe.ts";

const FAMILIES: readonly Family[] = ["ip", "ip6"];
/** Calico's CNI plugin gives every pod this gateway, and the host's end of its link this address. */
const GATEWAY: Readonly<Record<Family, string>> = { ip: "169.254.1.1", ip6: "fe80::ecee:eeff:feee:eeee" };
const HOST_MAC = "ee:ee:ee:ee:ee:ee";
const OUTSIDE_MAC = "02:00:00:00:00:fe";
const ROUTER: Readonly<Record<Family, string>> = { ip: "192.0.2.1", ip6: "2001:db8::1" };
const LENGTHS: Readonly<Record<Family, number>> = { ip: 32, ip6: 128 };

/**
 * A node with its pods as Calico's CNI plugin leaves them, each in a network namespace of its own: a veth pair, a host route to each pod, the node as
 * every pod's gateway. One more namespace is the world outside, with the other nodes and their pods. Everything goes with `close`.
 */
export class PodNetwork {
  readonly #node: Namespace;
  readonly #outside: Namespace;
  readonly #pods = new Map<string, Namespace>();
  readonly #conntrack: ConntrackTable;

  constructor(libc: Libc, places: readonly Place[], uplink: string) {
    this.#node = new Namespace(libc);
    this.#outside = new Namespace(libc);
    const nodes = places.filter(({ kind }) => kind === "node");
    const outside = places.filter(({ kind }) => kind === "outside" || kind === "remote");
    const pods = places.filter(({ kind }) => kind === "pod");
    for (const pod of pods) this.#pods.set(pod.name, new Namespace(libc));
    for (const namespace of this.#all()) namespace.inside(writeBaseline);
    this.#node.inside(() => {
      writeFileSync("/proc/sys/net/ipv4/ip_forward", "1\n");
      writeFileSync("/proc/sys/net/ipv6/conf/all/forwarding", "1\n");
      batch(["link set lo up", ...linkLines(uplink, "eth0", this.#outside), ...nodes.flatMap(nodeLines(uplink))]);
      for (const [at, pod] of pods.entries()) {
        batch([...linkLines(pod.device, "eth0", this.of(pod), podMac(at)), ...hostRoutes(pod, podMac(at))]);
      }
    });
    this.#outside.inside(() => {
      batch(["link set lo up", ...outside.flatMap(outsideLines(nodes))]);
    });
    for (const pod of pods)
      this.of(pod).inside(() => {
        batch(podLines(pod));
      });
    this.#conntrack = this.#node.inside(() => new ConntrackTable(libc));
  }

  /** Where a place's sockets are opened. */
  of({ kind, name }: Place): Namespace {
    if (kind === "node") return this.#node;
    if (kind === "outside" || kind === "remote") return this.#outside;
    const pod = this.#pods.get(name);
    if (pod === undefined) throw new Error(`no pod ${name}`);
    return pod;
  }

  /** Runs a command on the node; its standard output. */
  run(argv: readonly [string, ...string[]], stdin = ""): string {
    return this.#node.inside(() => runOrThrow(commandRunner, argv, { stdin }));
  }

  /** The node forgets every connection. */
  flushConntrack(): void {
    this.#conntrack.flush();
  }

  close(): void {
    this.#conntrack.close();
    for (const namespace of this.#all()) namespace.close();
  }

  #all(): readonly Namespace[] {
    return [this.#node, this.#outside, ...this.#pods.values()];
  }
}

const ETH0_UP = ["link set eth0 addrgenmode none", "link set eth0 up"];

function batch(lines: readonly string[]): void {
  runOrThrow(commandRunner, ["ip", "-batch", "-"], { stdin: `${lines.join("\n")}\n` });
}

/** A veth pair with its other end in another namespace. */
function linkLines(device: string, peer: string, of: Namespace, peerMac = OUTSIDE_MAC): readonly string[] {
  return [
    `link add ${device} address ${HOST_MAC} type veth peer name ${peer} address ${peerMac} netns ${of.path}`,
    `link set ${device} addrgenmode none`,
    `link set ${device} up`,
  ];
}

function podMac(at: number): string {
  return `02:00:00:00:01:${at.toString(16).padStart(2, "0")}`;
}

/** From the node to a pod. */
function hostRoutes(pod: Place, mac: string): readonly string[] {
  return FAMILIES.flatMap((family) => {
    const to = hostPrefix(pod.addresses[family], family);
    return [
      `route add ${to} dev ${pod.device}${family === "ip" ? " scope link" : ""}`,
      `neigh add ${printAddress(pod.addresses[family])} lladdr ${mac} dev ${pod.device} nud permanent`,
    ];
  });
}

function podLines(pod: Place): readonly string[] {
  return [
    "link set lo up",
    ...ETH0_UP,
    ...FAMILIES.flatMap((family) => [
      `addr add ${hostPrefix(pod.addresses[family], family)} dev eth0${family === "ip6" ? " nodad" : ""}`,
      `route add ${GATEWAY[family]} dev eth0${family === "ip" ? " scope link" : ""}`,
      `neigh add ${GATEWAY[family]} lladdr ${HOST_MAC} dev eth0 nud permanent`,
      `route add default via ${GATEWAY[family]} dev eth0`,
    ]),
  ];
}

function nodeLines(uplink: string): (node: Place) => readonly string[] {
  return (node) =>
    FAMILIES.flatMap((family) => [
      `addr add ${printAddress(node.addresses[family])}/${family === "ip" ? "24" : "64"} dev ${uplink}${family === "ip6" ? " nodad" : ""}`,
      `neigh add ${ROUTER[family]} lladdr ${OUTSIDE_MAC} dev ${uplink} nud permanent`,
      `route add default via ${ROUTER[family]} dev ${uplink}`,
    ]);
}

function outsideLines(nodes: readonly Place[]): (place: Place, at: number) => readonly string[] {
  return (place, at) =>
    FAMILIES.flatMap((family) => [
      ...(at === 0 ? worldLines(nodes, family) : []),
      `addr add ${hostPrefix(place.addresses[family], family)} dev eth0${family === "ip6" ? " nodad" : ""}`,
    ]);
}

/** The router next to the node: it is the one that all the others outside are behind. */
function worldLines(nodes: readonly Place[], family: Family): readonly string[] {
  const lines = family === "ip" ? ETH0_UP : [];
  return [
    ...lines,
    `addr add ${ROUTER[family]}/${family === "ip" ? "24" : "64"} dev eth0${family === "ip6" ? " nodad" : ""}`,
    ...nodes.flatMap((node) => [
      `neigh add ${printAddress(node.addresses[family])} lladdr ${HOST_MAC} dev eth0 nud permanent`,
      `route add default via ${printAddress(node.addresses[family])} dev eth0`,
    ]),
  ];
}

function hostPrefix(address: Address, family: Family): string {
  return `${printAddress(address)}/${String(LENGTHS[family])}`;
}
