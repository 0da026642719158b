/**
 * Real connections through what kube-proxy is rendered to. Four network namespaces: worker-1 with its rules, the pods on it that
 * serve, a pod that asks, and the network outside, where clients and the pods of worker-2 live.
 */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { printIptablesSave, printNftScript } from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import { CLIENTS, CONNECTIONS } from "../render/kube-proxy/connections.ts";
import type { Client, Connection } from "../render/kube-proxy/connections.ts";
import { inMode, rendered } from "../render/kube-proxy/render.ts";
import { describeKernel } from "./require-kernel.ts";

const PREFIX = `hw-kp-${String(process.pid)}`;
const NAMESPACES = ["worker", "pods", "client", "network"] as const;
type NamespaceName = (typeof NAMESPACES)[number];

/** Where each client of the table stands. */
const HOME: Readonly<Record<Client, NamespaceName>> = {
  outside: "network",
  outside6: "network",
  stranger: "network",
  pod: "client",
  pod6: "client",
  endpoint: "pods",
  endpoint6: "pods",
  node: "worker",
};

/** Addresses of worker-1, as whoever it masquerades shows up. */
const OF_WORKER: ReadonlySet<string> = new Set(["192.0.2.11", "10.244.1.1", "2001:db8::11", "fd00:244:1::1"]);

function run(argv: readonly string[], stdin = ""): void {
  const [program = "", ...args] = argv;
  const { status, stderr } = spawnSync(program, args, { input: stdin, encoding: "utf8" });
  if (status !== 0) throw new Error(`${argv.join(" ")}: ${stderr}`);
}

function inside(name: NamespaceName, ...argv: readonly string[]): readonly string[] {
  return ["ip", "netns", "exec", `${PREFIX}-${name}`, ...argv];
}

/** `ip` in a namespace, one command a line. */
function ip(name: NamespaceName, ...lines: readonly string[]): void {
  run(inside(name, "ip", "-batch", "-"), `${lines.join("\n")}\n`);
}

/** A cable from one namespace to another. */
function cable(from: NamespaceName, device: string, to: NamespaceName): void {
  run([
    "ip",
    "-n",
    `${PREFIX}-${from}`,
    "link",
    "add",
    device,
    "type",
    "veth",
    "peer",
    "name",
    "eth0",
    "netns",
    `${PREFIX}-${to}`,
  ]);
}

function addressesOn(device: string, ...addresses: readonly string[]): readonly string[] {
  return addresses.map((address) => `addr add ${address} dev ${device}${address.includes(":") ? " nodad" : ""}`);
}

/** Every pod's packets go by way of the node, as with any CNI plugin: a reply past it would come from an unknown address. */
function buildNetwork(): void {
  for (const name of NAMESPACES) run(["ip", "netns", "add", `${PREFIX}-${name}`]);
  cable("worker", "eth0", "network");
  cable("worker", "cni0", "pods");
  cable("worker", "cni1", "client");
  for (const name of NAMESPACES) ip(name, "link set lo up");
  ip(
    "worker",
    ...addressesOn("eth0", "192.0.2.11/24", "2001:db8::11/64"),
    ...addressesOn("cni0", "10.244.1.1/24", "fd00:244:1::1/64"),
    ...["eth0", "cni0", "cni1"].map((device) => `link set ${device} up`),
    "route add default via 192.0.2.1",
    "route add 10.244.2.0/24 via 192.0.2.12",
    "route add 10.244.1.20/32 dev cni1",
    "route add fd00:244:1::20/128 dev cni1",
    "route add default via 2001:db8::1",
  );
  ip(
    "network",
    ...addressesOn("eth0", "192.0.2.1/24", "192.0.2.12/24", "203.0.113.5/32", "198.18.0.5/32"),
    ...["5", "6", "8", "9", "10", "11"].flatMap((last) => addressesOn("eth0", `10.244.2.${last}/32`)),
    ...addressesOn("eth0", "2001:db8::1/64", "2001:db8:5::5/128"),
    "link set eth0 up",
    ...["10.96.0.0/16", "10.244.1.0/24", "198.51.100.0/24"].map((net) => `route add ${net} via 192.0.2.11`),
    ...["fd00:96::/108", "fd00:244:1::/64"].map((net) => `route add ${net} via 2001:db8::11`),
  );
  for (const [name, addresses] of [
    ["pods", ["10.244.1.5/32", "10.244.1.9/32", "10.244.1.12/32", "fd00:244:1::c/128"]],
    ["client", ["10.244.1.20/32", "fd00:244:1::20/128"]],
  ] as const) {
    ip(
      name,
      ...addressesOn("eth0", ...addresses),
      "link set eth0 up",
      "route add 10.244.1.1 dev eth0",
      "route add default via 10.244.1.1",
      "route add fd00:244:1::1 dev eth0",
      "route add default via fd00:244:1::1",
    );
  }
  run(inside("worker", "ip", "addr", "add", "10.244.1.1/32", "dev", "cni1"));
  run(inside("worker", "ip", "-6", "addr", "add", "fd00:244:1::1/128", "dev", "cni1", "nodad"));
  const settings = ["ipv4.ip_forward", "ipv6.conf.all.forwarding", "ipv4.conf.all.route_localnet"];
  run(inside("worker", "sysctl", "-qw", ...settings.map((name) => `net.${name}=1`)));
  run(inside("worker", "sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.cni1.rp_filter=0"));
}

/** Answers everybody with the address that was reached and the one that is seen to ask. */
const SERVER = `
  const net = require("node:net"), dgram = require("node:dgram");
  const plain = (address) => address.replace(/^::ffff:/, "");
  for (const port of [8080, 8443])
    net.createServer((socket) => {
      socket.on("error", () => {});
      socket.end(JSON.stringify([plain(socket.localAddress), socket.localPort, plain(socket.remoteAddress)]));
    }).listen({ port, host: "::" });
  // A socket of its own for 10.244.2.11: it has to answer from the address that was asked.
  const udp = dgram.createSocket("udp4");
  udp.on("message", (_, peer) => udp.send(JSON.stringify(["10.244.2.11", 53, peer.address]), peer.port, peer.address));
  udp.on("error", () => {});
  udp.bind(53, "10.244.2.11");
  setTimeout(() => console.log("ready"), 300);
`;

/** Asks for each [source, host, port, udp] on standard input, each several times, and prints what came of it. */
const ASKER = `
  const net = require("node:net"), dgram = require("node:dgram");
  const tcp = ([localAddress, host, port]) => new Promise((done) => {
    let said = "";
    const socket = net.connect({ localAddress, host, port, timeout: 4000 });
    socket.on("data", (data) => (said += data));
    socket.on("end", () => done(JSON.parse(said)));
    socket.on("timeout", () => { socket.destroy(); done("drop"); });
    socket.on("error", ({ code }) => done(code === "ECONNREFUSED" ? "reject" : code));
  });
  const udp = ([source, host, port]) => new Promise((done) => {
    const socket = dgram.createSocket("udp4");
    const ended = (value) => { clearTimeout(timer); socket.close(); done(value); };
    const timer = setTimeout(() => ended("drop"), 4000);
    socket.on("message", (data) => ended(JSON.parse(data)));
    socket.on("error", ({ code }) => ended(code));
    socket.bind(0, source, () => socket.send("?", port, host));
  });
  const asked = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  Promise.all(asked.map(async (one) => {
    const answers = [];
    for (let n = 0; n < one.times; n++) answers.push(await (one.proto === "udp" ? udp : tcp)(one.to));
    return answers;
  })).then((all) => process.stdout.write(JSON.stringify(all), () => process.exit()));
`;

type Answer = readonly [host: string, port: number, seenFrom: string] | string;

/** Enough that an endpoint of three stays unseen once in 10⁹ runs. */
const TIMES = 50;

/** What really becomes of some connections that begin in one namespace. */
function ask(name: NamespaceName, connections: readonly Connection[]): readonly (readonly Answer[])[] {
  const asked = connections.map(({ client, dst, proto, ends }) => {
    const [, host = "", port = ""] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(dst) ?? [];
    return { to: [CLIENTS[client].src, host, Number(port)], proto, times: ends.length > 1 ? TIMES : 1 };
  });
  const [program = "", ...args] = inside(name, process.execPath, "-e", ASKER);
  const { status, stdout, stderr } = spawnSync(program, args, { input: JSON.stringify(asked), encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  // What the program above prints.
  return JSON.parse(stdout) as readonly (readonly Answer[])[];
}

/** In the words of the table. */
function fateOf(client: Client, answers: readonly Answer[]): Pick<Connection, "ends" | "masqueraded"> {
  const ends = answers.map((answer) => {
    if (typeof answer === "string") return answer;
    const [host, port] = answer;
    return `${host.includes(":") ? `[${host}]` : host}:${String(port)}`;
  });
  const seen = answers.flatMap((answer) => (typeof answer === "string" ? [] : [answer[2]]));
  const masqueraded = seen.length > 0 && seen.every((from) => from !== CLIENTS[client].src);
  for (const from of seen) expect(from === CLIENTS[client].src || OF_WORKER.has(from), from).toBe(true);
  return { ends: [...new Set(ends)].sort(), masqueraded };
}

/** Takes whatever rules worker-1 has away, and gives it those of a mode. */
const LOADERS: Readonly<Record<string, () => void>> = {
  "iptables, legacy": () => {
    loadIptables("legacy", rendered(inMode("iptables")));
  },
  "iptables, nft": () => {
    loadIptables("nft", rendered(inMode("iptables")));
  },
  nftables: () => {
    run(inside("worker", "nft", "-f", "-"), printNftScript(rendered(inMode("nftables")).nft ?? []));
  },
};

function loadIptables(flavour: "legacy" | "nft", { tables }: Snapshot): void {
  run(inside("worker", `iptables-${flavour}-restore`), printIptablesSave(tables.ip ?? []));
  run(inside("worker", `ip6tables-${flavour}-restore`), printIptablesSave(tables.ip6 ?? []));
}

function removeRules(): void {
  run(inside("worker", "nft", "flush", "ruleset"));
  const empty = ["mangle", "nat", "filter"].map((table) => `*${table}\nCOMMIT\n`).join("");
  for (const tool of ["iptables-legacy-restore", "ip6tables-legacy-restore"]) run(inside("worker", tool), empty);
  // What was tracked by the rules before would go on by them.
  run(inside("worker", "conntrack", "-F"));
}

describeKernel("connections get where the table says, through the kernel itself", () => {
  const servers: ChildProcess[] = [];

  beforeAll(async () => {
    buildNetwork();
    for (const name of ["pods", "network"] as const) {
      const [program = "", ...args] = inside(name, process.execPath, "-e", SERVER);
      const server = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
      servers.push(server);
      await new Promise((ready) => server.stdout.once("data", ready));
    }
  }, 60_000);

  afterAll(() => {
    for (const server of servers) server.kill();
    for (const name of NAMESPACES) spawnSync("ip", ["netns", "del", `${PREFIX}-${name}`]);
  });

  it.each(Object.keys(LOADERS))(
    "%s",
    (mode) => {
      removeRules();
      LOADERS[mode]?.();
      const fates = NAMESPACES.flatMap((name) => {
        const here = CONNECTIONS.filter(({ client }) => HOME[client] === name);
        return ask(name, here).map((answers, index) => {
          const { what = "", client = "node" } = here[index] ?? {};
          return [what, fateOf(client, answers)] as const;
        });
      });
      const wanted = CONNECTIONS.map(({ what, ends, masqueraded }) => [what, { ends, masqueraded }] as const);
      expect(Object.fromEntries(fates)).toEqual(Object.fromEntries(wanted));
    },
    120_000,
  );
});
