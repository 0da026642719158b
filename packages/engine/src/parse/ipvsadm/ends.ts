import { parseAddress } from "../../base/address.ts";
import { services } from "../../ext/xt/services.ts";
import type { IpvsEnd } from "../../model/ipvs.ts";

const NUMBER = /^\d{1,5}$/;

/** `10.96.0.1:443`, `[fd00::1]:443`, `vip.example:https`: names stay names, but for ports that everybody knows. */
export function readEnd(text: string): IpvsEnd {
  const [, bracketed, plain, portText] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(text) ?? [];
  return { address: parseAddress(bracketed ?? plain ?? ""), port: readPort(portText ?? "0"), text };
}

function readPort(text: string): number | null {
  const port = NUMBER.test(text) ? Number(text) : (services.get(text) ?? -1);
  return port >= 0 && port <= 0xffff ? port : null;
}

const HEX_V4 = /^([0-9A-Fa-f]{8}):([0-9A-Fa-f]{4})$/;
const HEX_V6 = /^\[([0-9A-Fa-f:]+)\]:([0-9A-Fa-f]{4})$/;

/** `0A600001:01BB`, `[fd00:…]:01BB` of /proc/net/ip_vs; null: neither. */
export function readHexEnd(text: string): IpvsEnd | null {
  const [, word, portOfWord] = HEX_V4.exec(text) ?? [];
  if (word !== undefined) return { address: parseInt(word, 16), port: parseInt(portOfWord ?? "", 16), text };
  const [, v6, portOfV6] = HEX_V6.exec(text) ?? [];
  const address = v6 === undefined ? null : parseAddress(v6);
  return address === null ? null : { address, port: parseInt(portOfV6 ?? "", 16), text };
}
