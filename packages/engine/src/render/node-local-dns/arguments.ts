import type { Address } from "../../base/address.ts";
import { familyOf, parseAddress } from "../../base/address.ts";
import { GO_BOOLEANS, GO_TRUE, isDevice } from "../../desired/fields.ts";
import type { Container, DaemonSet } from "../../desired/daemon-set.ts";
import type { Version } from "../node/version.ts";
import { parseVersion } from "../node/version.ts";

/** What node-cache is started with, its defaults filled in: cmd/node-cache/main.go parseAndValidateFlags. */
export interface NodeCache {
  /** All of one family. */
  readonly localIPs: readonly Address[];
  readonly device: string;
  readonly healthPort: string;
  readonly dnsPort: string;
  readonly setsUpInterface: boolean;
  readonly setsUpIptables: boolean;
  readonly setsUpEbtables: boolean;
  /** By its image's tag; null where that is none. */
  readonly version: Version | null;
}

/** An argument that node-cache would not take. */
export interface BadArgument {
  readonly argument: string;
  readonly value: string;
  readonly expected: string;
}

/** A node-cache, and the container that it is. */
export interface FoundCache {
  readonly daemonSet: DaemonSet;
  /** Among those of its DaemonSet. */
  readonly container: number;
  readonly cache: NodeCache | BadArgument;
}

/** Every node-cache among all DaemonSets: whoever is told a local address. A node with two families has two. */
export function findNodeCaches(daemonSets: readonly DaemonSet[]): readonly FoundCache[] {
  return daemonSets.flatMap((daemonSet) =>
    daemonSet.containers.flatMap((one, container): readonly FoundCache[] => {
      const flags = flagsOf(one);
      return flags.has(LOCAL_IP) ? [{ daemonSet, container, cache: read(flags, one.image) }] : [];
    }),
  );
}

const LOCAL_IP = "localip";

/** Flags that take no word behind them. */
const SWITCHES: ReadonlySet<string> = new Set([
  ...["setupinterface", "setupiptables", "setupebtables", "skipteardown", "reloadwithsignal", "tls-enabled"],
  ...["plugins", "quiet", "version"],
]);

function read(flags: ReadonlyMap<string, string>, image: string): NodeCache | BadArgument {
  const get = (name: string, byDefault: string): string => flags.get(name) ?? byDefault;
  const [texts, device] = [get(LOCAL_IP, ""), get("interfacename", "nodelocaldns")];
  const [healthPort, dnsPort] = [get("health-port", "8080"), get("dns.port", "53")];
  const localIPs = texts.split(",").flatMap((text) => parseAddress(text) ?? []);
  const switches = [...flags].filter(([name]) => SWITCHES.has(name));
  const wanted: readonly (readonly [name: string, value: string, isTaken: boolean, expected: string])[] = [
    [LOCAL_IP, texts, areOneFamily(localIPs) && localIPs.length === texts.split(",").length, "IP[,IP]"],
    ["health-port", healthPort, isPort(healthPort), "1 … 65535"],
    ["dns.port", dnsPort, isPort(dnsPort), "1 … 65535"],
    ["interfacename", device, isDevice(device), "DEV"],
    ...switches.map(([name, value]) => [name, value, GO_BOOLEANS.has(value), "true | false"] as const),
  ];
  const bad = wanted.find(([, , isTaken]) => !isTaken);
  if (bad !== undefined) return { argument: `-${bad[0]}`, value: bad[1], expected: bad[3] };
  return {
    localIPs,
    device,
    healthPort,
    dnsPort,
    setsUpInterface: GO_TRUE.has(get("setupinterface", "true")),
    setsUpIptables: GO_TRUE.has(get("setupiptables", "true")),
    setsUpEbtables: GO_TRUE.has(get("setupebtables", "false")),
    version: parseVersion(/:([^:@/]+)(?:@|$)/.exec(image)?.[1] ?? ""),
  };
}

function areOneFamily(addresses: readonly Address[]): boolean {
  return new Set(addresses.map(familyOf)).size === 1;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) <= 0xffff;
}

/** As Go's flag package reads them: `-x v`, `--x=v`, and nothing any longer behind the first word that is neither. */
function flagsOf({ words }: Container): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  const [program = "-"] = words;
  const rest = (program.startsWith("-") ? words : words.slice(1)).values();
  for (const word of rest) {
    const [, name, value] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) break;
    const next = (): string => {
      const { value: behind = "" } = rest.next();
      return behind;
    };
    flags.set(name, value ?? (SWITCHES.has(name) ? "true" : next()));
  }
  return flags;
}
