import type { Address } from "../../base/address.ts";
import { familyOf, parseAddress } from "../../base/address.ts";
import { isDevice } from "../../desired/fields.ts";
import type { DaemonSet } from "../../desired/daemon-set.ts";
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
  /** By its image's tag; null where that is none. */
  readonly version: Version | null;
}

/** An argument that node-cache would not take. */
export interface BadArgument {
  readonly argument: string;
  readonly value: string;
  readonly expected: string;
}

/** The node-cache among all DaemonSets: whoever is told a local address. Null: there is none. */
export function findNodeCache(daemonSets: readonly DaemonSet[]): NodeCache | BadArgument | null {
  for (const { image, words } of daemonSets.flatMap(({ containers }) => containers)) {
    const flags = flagsOf(words);
    if (flags.has(LOCAL_IP)) return read(flags, image);
  }
  return null;
}

const LOCAL_IP = "localip";

function read(flags: ReadonlyMap<string, string>, image: string): NodeCache | BadArgument {
  const texts = (flags.get(LOCAL_IP) ?? "").split(",");
  const localIPs = texts.flatMap((text) => parseAddress(text) ?? []);
  const isOneFamily = new Set(localIPs.map(familyOf)).size === 1;
  if (localIPs.length !== texts.length || !isOneFamily) {
    return { argument: `-${LOCAL_IP}`, value: texts.join(","), expected: "IP[,IP]" };
  }
  const [healthPort, dnsPort] = [flags.get("health-port") ?? "8080", flags.get("dns.port") ?? "53"];
  for (const [argument, value] of [
    ["-health-port", healthPort],
    ["-dns.port", dnsPort],
  ] as const) {
    if (!isPort(value)) return { argument, value, expected: "1 … 65535" };
  }
  const device = flags.get("interfacename") ?? "nodelocaldns";
  if (!isDevice(device)) return { argument: "-interfacename", value: device, expected: "DEV" };
  return {
    localIPs,
    device,
    healthPort,
    dnsPort,
    setsUpInterface: flags.get("setupinterface") !== "false",
    setsUpIptables: flags.get("setupiptables") !== "false",
    version: parseVersion(/:([^:@/]+)(?:@|$)/.exec(image)?.[1] ?? ""),
  };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) <= 0xffff;
}

/** As Go's flag package reads them: `-x v`, `--x=v`. */
function flagsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    const [, name, value] = /^--?([^=]+)(?:=(.*))?$/.exec(word) ?? [];
    if (name !== undefined) flags.set(name, value ?? words[index + 1] ?? "");
  }
  return flags;
}
