import { compileProgram, parseSnapshot, walkPacket } from "@hookwalk/engine";
import type { Program, Snapshot } from "@hookwalk/engine";
import { readOrder } from "../packages/cli/src/commands/packet-order.ts";
import type { Order } from "../packages/cli/src/commands/packet-order.ts";
import { packetsOf, readNode } from "../test/nodes/node.ts";
import { generateKubeProxy } from "./generate.ts";
import { median } from "./table.ts";

const CALICO_NODE = "calico-slave2";
const MANY_PACKETS = 1_000_000;
const RULES = 100_000;
const SINGLE_WALKS = 1_000;

/** A node that has nothing but kube-proxy's nat table, one device to come in by and a way on. */
function kubeProxyNode(): Snapshot {
  const files = {
    "iptables-save.txt": generateKubeProxy(RULES),
    "ip-addr.txt": [
      "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default",
      "    inet 127.0.0.1/8 scope host lo",
      "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq state UP group default",
      "    inet 192.0.2.1/24 scope global eth0",
      "",
    ].join("\n"),
    "ip-route.txt": "default via 192.0.2.254 dev eth0\n192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1\n",
    "sysctl.txt": "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 0\n",
  };
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  return parseSnapshot(texts, { name: "kube-proxy" });
}

function orderOf(program: Program, line: ReadonlyMap<string, unknown>): Order {
  const read = readOrder(line, program.links);
  if ("problems" in read) throw new Error(read.problems.join("; "));
  return read.order;
}

function secondsOf(run: () => void): number {
  const started = performance.now();
  run();
  return (performance.now() - started) / 1000;
}

/** Single walks over a large ruleset, and many packets through a real node, in this process, after loading. */
export function benchWalk(): void {
  walkKubeProxy();
  walkCalico();
}

function walkKubeProxy(): void {
  const snapshot = kubeProxyNode();
  let program = compileProgram(snapshot);
  const compiling = secondsOf(() => {
    program = compileProgram(snapshot);
  });
  // Service number `n` of the generator, the last ones of the chain included.
  const orders = Array.from({ length: SINGLE_WALKS }, (_, n) =>
    orderOf(program, new Map(Object.entries({ iif: "eth0", src: "192.0.2.9", dst: clusterIp(n * 13), dport: 80 }))),
  );
  const each = orders.map((order) =>
    secondsOf(() => {
      walkPacket(program, order.packet, order.arrival, order.options);
    }),
  );
  console.log(`one trace over ${String(RULES)} kube-proxy rules (compiled in ${compiling.toFixed(2)} s)`);
  console.log(
    `  first of the process ${millis(each[0] ?? 0)}, median ${millis(median(each))}, slowest of ${String(each.length)} ${millis(Math.max(...each))}\n`,
  );
}

function clusterIp(n: number): string {
  const address = 0x600000 + n;
  return `10.${String(address >>> 16)}.${String((address >>> 8) & 255)}.${String(address & 255)}`;
}

function millis(seconds: number): string {
  return `${(seconds * 1000).toFixed(3)} ms`;
}

function walkCalico(): void {
  const program = compileProgram(readNode(CALICO_NODE));
  const orders = packetsOf(CALICO_NODE).map(({ line }) => orderOf(program, line));
  const verdicts = new Map<string, number>();
  const taken = secondsOf(() => {
    for (let n = 0; n < MANY_PACKETS; n++) {
      const order = orders[n % orders.length];
      if (order === undefined) continue;
      const { outcomes } = walkPacket(program, order.packet, order.arrival, order.options);
      const verdict = outcomes[0]?.verdict ?? "none";
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
  });
  console.log(`${String(MANY_PACKETS)} packets through ${CALICO_NODE}, whole traces, one thread`);
  const counts = [...verdicts].map(([verdict, count]) => `${verdict} ${String(count)}`).join(", ");
  console.log(`  ${taken.toFixed(1)} s, ${((taken / MANY_PACKETS) * 1e6).toFixed(1)} µs each: ${counts}`);
}
