/** Random routing of a node with three devices, as its tools print it: policy rules, tables, settings. */
import fc from "fast-check";

type Text = fc.Arbitrary<string>;
type Family = "ip" | "ip6";

const pick = (...values: readonly string[]): Text => fc.constantFrom(...values);
const device = pick("eth0", "eth1", "eth2");

/** Few networks, many of them inside of others. */
export const NETS: Readonly<Record<Family, readonly string[]>> = {
  ip: [
    "default",
    "10.0.0.0/8",
    "10.0.0.0/24",
    "10.0.0.128/25",
    "10.1.0.0/16",
    "10.1.0.9",
    "10.2.0.0/24",
    "127.1.0.0/16",
    "172.16.0.0/12",
    "192.0.2.0/24",
    "224.0.0.0/4",
  ],
  ip6: [
    "default",
    "fd00::/16",
    "fd00::/64",
    "fd00::8000/113",
    "fd00:1::/64",
    "fd00:1::9",
    "fd00:2::/32",
    "fe80::/64",
    "fe80::9",
    "2001:db8::/32",
  ],
};

const GATEWAYS: Readonly<Record<Family, readonly string[]>> = {
  ip: ["10.0.0.254", "10.1.0.254", "10.2.0.200"],
  ip6: ["fd00::fe", "fd00:1::fe", "fe80::1"],
};

const words = (...parts: readonly (string | Text)[]): Text =>
  fc.tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part))).map((all) => all.join(""));

const often = (text: Text, weight = 3): Text =>
  fc.oneof({ weight, arbitrary: fc.constant("") }, { weight: 1, arbitrary: text });

function route(family: Family): Text {
  const net = pick(...NETS[family]);
  const gateway = pick(...GATEWAYS[family]);
  const state = often(pick(" linkdown", " dead linkdown"), 5);
  const metric = family === "ip" ? often(pick(" metric 10", " metric 20")) : pick(" metric 256", " metric 1024");
  const selector = family === "ip" ? often(pick(" tos 0x10", " tos 0x08"), 6) : often(pick(" from fd00:1::/64"), 6);
  const hop = words("\n\tnexthop via ", gateway, " dev ", device, " weight ", pick("1", "2"), state);
  const type = pick("unreachable ", "prohibit ", "blackhole ", "throw ");
  const special = family === "ip" ? pick("broadcast ", "local ", "multicast ") : pick("anycast ", "local ");
  return fc.oneof(
    { weight: 4, arbitrary: words(net, selector, " dev ", device, metric, state) },
    { weight: 4, arbitrary: words(net, selector, " via ", gateway, " dev ", device, metric, state) },
    { weight: 2, arbitrary: words(net, selector, metric, hop, hop) },
    {
      weight: 2,
      arbitrary: words(type, net, selector, family === "ip6" ? often(fc.constant(" dev lo"), 1) : "", metric),
    },
    { weight: 1, arbitrary: words(special, net, " dev ", device) },
  );
}

const TABLES = ["local", "main", "default", "100", "101", "102"] as const;

function action(family: Family): Text {
  const table = pick("100", "101", "102", "main", "default");
  const suppress = often(pick(" suppress_prefixlength 0", " suppress_prefixlength 8", " suppress_ifgroup 7"), 4);
  const refusals = family === "ip" ? pick("unreachable", "prohibit", "blackhole") : pick("prohibit", "blackhole");
  return fc.oneof(
    { weight: 6, arbitrary: words("lookup ", table, suppress) },
    { weight: 1, arbitrary: refusals },
    { weight: 1, arbitrary: pick("goto 300", "goto 500", "goto 50", "nop") },
  );
}

function rule(family: Family): Text {
  const net = pick(...NETS[family].filter((one) => one !== "default"));
  return words(
    pick("100", "200", "300", "400", "500"),
    ":\t",
    often(fc.constant("not "), 5),
    "from ",
    fc.oneof({ weight: 2, arbitrary: fc.constant("all") }, { weight: 1, arbitrary: net }),
    often(words(" to ", net)),
    often(pick(" tos 0x10"), 8),
    often(pick(" fwmark 0x1", " fwmark 0x2/0xf")),
    often(pick(" iif eth0", " iif eth1", " iif lo", " oif eth1")),
    often(pick(" uidrange 0-999", " uidrange 1000-2000"), 8),
    often(pick(" ipproto tcp", " ipproto udp"), 5),
    often(pick(" sport 1-1000", " dport 80", " dport 0-79"), 5),
    often(pick(" somehow 5"), 12),
    " ",
    action(family),
  );
}

const flag = pick("0", "1");
const SETTINGS: Readonly<Record<string, Text>> = {
  rp_filter: pick("0", "0", "1", "2"),
  accept_local: pick("0", "0", "1"),
  send_redirects: flag,
  src_valid_mark: flag,
  route_localnet: pick("0", "0", "1"),
  forwarding: pick("1", "1", "1", "0"),
  ignore_routes_with_linkdown: flag,
};

function settings(): Text {
  const lines = ["all", "default", "eth0", "eth1", "eth2"].flatMap((dev) =>
    Object.entries(SETTINGS).map(([key, value]) => {
      const isShared = dev === "all" && key !== "ignore_routes_with_linkdown";
      const line = words(`net.ipv4.conf.${dev}.${key} = `, isShared ? fc.constant("0") : value, "\n");
      return dev === "all" && key === "forwarding" ? fc.constant("") : often(line, 1);
    }),
  );
  return words(...lines, often(words("net.ipv6.conf.all.forwarding = ", pick("1", "1", "1", "0"), "\n"), 2));
}

const LINKS = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default
    inet 127.0.0.1/8 scope host lo
    inet6 ::1/128 scope host
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default
    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0
    inet 10.0.0.129/25 brd 10.0.0.255 scope global eth0
    inet6 fd00::1/64 scope global
    inet6 fd00:0:0:1::1/64 scope global deprecated
    inet6 fe80::a/64 scope link
3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group 7
    inet 10.1.0.1/24 brd 10.1.0.255 scope global eth1
    inet6 fd00:1::1/64 scope global
    inet6 2001:db8::1/64 scope global
    inet6 fe80::b/64 scope link
4: eth2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default
    inet6 fe80::c/64 scope link
`;

/** Addresses that LINKS has. */
export const OWN: Readonly<Record<Family, readonly string[]>> = {
  ip: ["127.0.0.1", "10.0.0.1", "10.0.0.129", "10.1.0.1", "10.0.0.255"],
  ip6: ["::1", "fd00::1", "fd00:0:0:1::1", "fd00:1::1", "2001:db8::1", "fe80::a", "fe80::b"],
};

const LOCAL_LINES: Readonly<Record<Family, readonly string[]>> = {
  ip: [
    "local 127.0.0.0/8 dev lo table local scope host",
    "local 127.0.0.1 dev lo table local scope host",
    "local 10.0.0.1 dev eth0 table local scope host",
    "local 10.1.0.1 dev eth1 table local scope host",
    "broadcast 10.0.0.255 dev eth0 table local scope link",
    "broadcast 10.1.0.255 dev eth1 table local scope link",
  ],
  ip6: [
    "local ::1 dev lo table local metric 0",
    "local fd00::1 dev eth0 table local metric 0",
    "anycast fd00:: dev eth0 table local metric 0",
    "local fd00:1::1 dev eth1 table local metric 0",
    "multicast ff00::/8 dev eth0 table local metric 256",
  ],
};

/** Files of a snapshot, by their paths. */
export type NodeFiles = Readonly<Record<string, string>>;

/** What a node routes by; now and then without a dump of its addresses or of its routes. */
export function routingFiles(family: Family): fc.Arbitrary<NodeFiles> {
  const six = family === "ip" ? "" : "6";
  const tabled = fc.tuple(route(family), pick(...TABLES)).map(([text, table]) => {
    const [first = "", ...hops] = text.split("\n");
    return [`${first} table ${table}`, ...hops].join("\n");
  });
  const routes = fc.array(tabled, { minLength: 2, maxLength: 16 }).map((lines) => [...LOCAL_LINES[family], ...lines]);
  const ends =
    family === "ip"
      ? ["32766:\tfrom all lookup main", "32767:\tfrom all lookup default"]
      : ["32766:\tfrom all lookup main"];
  const own = fc.array(rule(family), { maxLength: 6 }).map((lines) => lines.sort());
  const rules = fc
    .tuple(fc.boolean(), own)
    .map(([isPlain, lines]) => ["0:\tfrom all lookup local", ...(isPlain ? [] : lines), ...ends]);
  const isThere = fc.integer({ min: 0, max: 9 }).map((value) => value > 0);
  return fc
    .record({ routes, rules, sysctls: settings(), hasLinks: isThere, hasRoutes: isThere })
    .map(({ routes: routeLines, rules: ruleLines, sysctls, hasLinks, hasRoutes }) => ({
      [`ip${six}-rule.txt`]: `${ruleLines.join("\n")}\n`,
      "sysctl.txt": sysctls,
      ...(hasLinks ? { "ip-addr.txt": LINKS } : {}),
      ...(hasRoutes ? { [`ip${six}-route.txt`]: `${routeLines.join("\n")}\n` } : {}),
    }));
}
