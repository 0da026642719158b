import type { Arrival, Packet, Program, Snapshot } from "@hookwalk/engine";
import { compileProgram, parsePacketOptions, parseSnapshot, traceJson, walkPacket } from "@hookwalk/engine";
import { packetsOf, readNode } from "../test/nodes/node.ts";
import { generateKubeProxy } from "./generate.ts";
import { median, percentile, printTable, times } from "./table.ts";
import type { Target } from "./target.ts";

const CALICO_NODE = "calico-slave2";
const PACKETS = [10_000, 100_000, 1_000_000];
const MOST_SECONDS = 10;
const JSON_LINES = 100_000;
const WARM_UP = 20_000;

const RULES = [12_500, 25_000, 50_000, 100_000];
const TRACES = 5000;
const MOST_MICROSECONDS = 1000;

interface Injection {
  readonly packet: Packet;
  readonly arrival: Arrival;
}

/** Many packets through a real node, and single walks over large rulesets, in this process, after loading. */
export function benchWalk(): readonly Target[] {
  return [...walkCalico(), ...walkKubeProxy()];
}

function walkCalico(): readonly Target[] {
  console.log(`Packets through test/nodes/${CALICO_NODE}, each as if it were the only one; whole traces, one thread\n`);
  const program = compileProgram(readNode(CALICO_NODE));
  const injections = packetsOf(CALICO_NODE).map(({ fields }) => injectionOf(fields));
  walkMany(program, injections, WARM_UP);
  const rows = PACKETS.map((packets) => walkMany(program, injections, packets));
  printTable(
    ["packets", "seconds", "grows", "cpu s", "packets/s", "peak MB", "verdicts"],
    rows.map(({ packets, seconds, cpuSeconds, peakMegabytes, verdicts }, index) => [
      String(packets),
      seconds.toFixed(2),
      times(seconds / (rows[index - 1]?.seconds ?? Number.NaN)),
      cpuSeconds.toFixed(2),
      (packets / seconds).toFixed(0),
      peakMegabytes.toFixed(0),
      [...verdicts].map(([verdict, count]) => `${verdict} ${String(count)}`).join(", "),
    ]),
  );
  writeJsonLines(program, injections);
  return rows.slice(-1).map(({ packets, seconds }) => ({
    what: `${String(packets)} packets through the Calico node under ${String(MOST_SECONDS)} s`,
    measured: `${seconds.toFixed(1)} s`,
    met: seconds < MOST_SECONDS,
  }));
}

interface Many {
  readonly packets: number;
  readonly seconds: number;
  /** User and system time of all threads: garbage collection has its own. */
  readonly cpuSeconds: number;
  /** The most that this process ever had until then. */
  readonly peakMegabytes: number;
  readonly verdicts: ReadonlyMap<string, number>;
}

function walkMany(program: Program, injections: readonly Injection[], packets: number): Many {
  const verdicts = new Map<string, number>();
  const before = process.cpuUsage();
  const seconds = secondsOf(() => {
    for (const { packet, arrival } of inTurn(injections, packets)) {
      const outcome = walkPacket(program, packet, arrival).outcomes[0];
      // The final packet is asked for, too.
      const verdict = outcome === undefined || outcome.packet.ttl === 0 ? "none" : outcome.verdict;
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
  });
  const { user, system } = process.cpuUsage(before);
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  return { packets, seconds, cpuSeconds: (user + system) / 1e6, peakMegabytes, verdicts };
}

function writeJsonLines(program: Program, injections: readonly Injection[]): void {
  let length = 0;
  const seconds = secondsOf(() => {
    for (const { packet, arrival } of inTurn(injections, JSON_LINES)) {
      length += JSON.stringify(traceJson(walkPacket(program, packet, arrival))).length + 1;
    }
  });
  const kilobytes = (length / JSON_LINES / 1000).toFixed(1);
  console.log(`  as JSON lines: ${(JSON_LINES / seconds).toFixed(0)} traces/s, ${kilobytes} kB each\n`);
}

/** So many packets, one of each in turn; the source port moves on, so that none is like its namesake a round before. */
function* inTurn(injections: readonly Injection[], packets: number): Generator<Injection> {
  for (let n = 0; n < packets; n++) {
    const injection = injections[n % injections.length];
    if (injection !== undefined) yield nth(injection, n);
  }
}

function nth({ packet, arrival }: Injection, n: number): Injection {
  const changed = packet.sport === null ? { id: n & 0xffff } : { sport: 1024 + (n % 60_000) };
  return { packet: { ...packet, ...changed }, arrival };
}

function walkKubeProxy(): readonly Target[] {
  console.log(`One trace to the service in the middle of kube-proxy's rules (${String(TRACES)} each)\n`);
  const rows = RULES.map(traceService);
  printTable(
    ["rules", "load s", "first µs", "median µs", "grows", "p99 µs", "ends"],
    rows.map(({ rules, loading, first, middle, p99, ends }, index) => [
      String(rules),
      loading.toFixed(2),
      first.toFixed(0),
      middle.toFixed(1),
      times(middle / (rows[index - 1]?.middle ?? Number.NaN)),
      p99.toFixed(1),
      ends,
    ]),
  );
  return rows.slice(-1).map(({ rules, first, middle, p99 }) => ({
    what: `one trace over ${String(rules)} kube-proxy rules under ${String(MOST_MICROSECONDS / 1000)} ms`,
    measured: `median ${middle.toFixed(0)} µs, p99 ${p99.toFixed(0)} µs, first ${first.toFixed(0)} µs`,
    met: Math.max(p99, first) < MOST_MICROSECONDS,
  }));
}

interface Single {
  readonly rules: number;
  /** Seconds to read and compile. */
  readonly loading: number;
  /** Microseconds: of the first trace after loading, and of those after the first fifth. */
  readonly first: number;
  readonly middle: number;
  readonly p99: number;
  readonly ends: string;
}

function traceService(rules: number): Single {
  const dump = generateKubeProxy(rules);
  const started = performance.now();
  const program = compileProgram(kubeProxyNode(dump));
  const loading = (performance.now() - started) / 1000;
  const dst = middleService(dump);
  const injection = injectionOf(
    new Map(Object.entries({ iif: "eth0", src: "192.0.2.9", dst, proto: "tcp", dport: 80 })),
  );
  let ends = "";
  const microseconds = Array.from({ length: TRACES }, (_, n) => {
    const { packet, arrival } = nth(injection, n);
    return (
      1e6 *
      secondsOf(() => {
        const { outcomes } = walkPacket(program, packet, arrival);
        ends = outcomes.map((outcome) => `${outcome.verdict} at :${String(outcome.packet.dport)}`).join(", ");
      })
    );
  });
  const warm = microseconds.slice(TRACES / 5);
  const first = microseconds[0] ?? Number.NaN;
  return { rules, loading, first, middle: median(warm), p99: percentile(warm, 0.99), ends };
}

/** A node that has nothing but these rules, one device to come in by and a way on. */
function kubeProxyNode(dump: string): Snapshot {
  const files = {
    "iptables-save.txt": dump,
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

/** The cluster address of a service in the middle of kube-proxy's list, with two endpoints as every fourth has: two outcomes. */
function middleService(dump: string): string {
  const portals = [...dump.matchAll(/^-A KUBE-SERVICES -d ([\d.]+)\/32 /gm)];
  const middle = portals.length >>> 1;
  return portals[middle - (middle % 4)]?.[1] ?? "";
}

function injectionOf(fields: ReadonlyMap<string, unknown>): Injection {
  const { value, problems } = parsePacketOptions(fields);
  if (value === null) throw new Error(problems.map(({ message }) => message).join("; "));
  return value;
}

function secondsOf(run: () => void): number {
  const started = performance.now();
  run();
  return (performance.now() - started) / 1000;
}
