import { parsePacketOptions } from "../parse/packet/packet.ts";
import type { PacketOptions } from "../prove/pick/picked.ts";

/** Options of a packet that `hookwalk trace` would fill in by itself. */
const USUAL = ["length", "flags", "icmpCode", "icmpType", "sport", "proto", "ttl"] as const;

/** As few options as make the same packet: what `hookwalk trace` assumes is left out, ports stand behind their addresses. */
export function shortOptions(options: PacketOptions): PacketOptions {
  return withPorts(withoutUsual(options));
}

function withoutUsual(options: PacketOptions): PacketOptions {
  const wanted = packetText(options);
  let short = options;
  for (const key of USUAL) {
    const shorter = Object.fromEntries(Object.entries(short).filter(([name]) => name !== key));
    if (packetText(shorter) === wanted) short = shorter;
  }
  return short;
}

/** All that the options make of a packet and its arrival. */
function packetText(options: PacketOptions): string {
  const { value, problems } = parsePacketOptions(new Map(Object.entries(options)));
  return JSON.stringify([value, problems], (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
}

/** `dst: 10.0.0.2:80` rather than `dst: 10.0.0.2, dport: 80`. */
function withPorts(options: PacketOptions): PacketOptions {
  const { sport, dport, ...others } = options;
  const ends = [
    ["src", sport],
    ["dst", dport],
  ] as const;
  const joined = ends.flatMap(([end, port]) => {
    const address = others[end];
    if (port === undefined || typeof address !== "string") return [];
    return [[end, `${address.includes(":") ? `[${address}]` : address}:${String(port)}`] as const];
  });
  return { ...others, ...Object.fromEntries(joined) };
}
