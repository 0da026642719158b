/** The options that describe a packet, as `trace` and `lab` take them and as a packet file spells them. */
export const packetOptions = {
  iif: { kind: "value", placeholder: "DEV", help: "option-iif", group: "packet" },
  local: { kind: "flag", help: "option-local", group: "packet" },
  src: { kind: "value", placeholder: "A[:PORT]", help: "option-src", group: "packet" },
  dst: { kind: "value", placeholder: "A[:PORT]", help: "option-dst", group: "packet" },
  proto: { kind: "value", placeholder: "P", help: "option-proto", group: "packet" },
  sport: { kind: "value", placeholder: "N", help: "option-sport", group: "packet" },
  dport: { kind: "value", placeholder: "N", help: "option-dport", group: "packet" },
  flags: { kind: "value", placeholder: "FLAGS", help: "option-flags", group: "packet" },
  icmpType: { kind: "value", placeholder: "T", help: "option-icmp-type", group: "packet" },
  icmpCode: { kind: "value", placeholder: "N", help: "option-icmp-code", group: "packet" },
  icmpId: { kind: "value", placeholder: "N", help: "option-icmp-id", group: "packet" },
  mark: { kind: "value", placeholder: "M", help: "option-mark", group: "packet" },
  ttl: { kind: "value", placeholder: "N", help: "option-ttl", group: "packet" },
  tos: { kind: "value", placeholder: "N", help: "option-tos", group: "packet" },
  length: { kind: "value", placeholder: "N", help: "option-length", group: "packet" },
  id: { kind: "value", placeholder: "N", help: "option-id", group: "packet" },
  df: { kind: "flag", help: "option-df", group: "packet" },
  frag: { kind: "value", placeholder: "N[+]", help: "option-frag", group: "packet" },
  cut: { kind: "value", placeholder: "FROM-[TO]", help: "option-cut", group: "packet" },
  smac: { kind: "value", placeholder: "MAC", help: "option-smac", group: "packet" },
  dmac: { kind: "value", placeholder: "MAC", help: "option-dmac", group: "packet" },
  pktType: {
    kind: "choice",
    choices: ["host", "broadcast", "multicast", "otherhost"],
    help: "option-pkt-type",
    group: "packet",
  },
  physin: { kind: "value", placeholder: "DEV", help: "option-physin", group: "packet" },
  uid: { kind: "value", placeholder: "N", help: "option-uid", group: "packet" },
  gid: { kind: "value", placeholder: "N", help: "option-gid", group: "packet" },
  payload: { kind: "value", placeholder: "HEX", help: "option-payload", group: "packet" },
  csum: { kind: "choice", choices: ["good", "bad", "none"], help: "option-csum", group: "packet" },
  truncate: { kind: "value", placeholder: "N", help: "option-truncate", group: "packet" },
  tcpOptions: { kind: "value", placeholder: "HEX", help: "option-tcp-options", group: "packet" },
  ipOptions: { kind: "value", placeholder: "HEX", help: "option-ip-options", group: "packet" },
  extHeaders: { kind: "value", placeholder: "LIST", help: "option-ext-headers", group: "packet" },
} as const;

/** Those of the given values that describe the packet. */
export function packetFields(values: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  return new Map(
    Object.keys(packetOptions).flatMap((key) => {
      const value = values[key];
      return value === undefined || value === false ? [] : [[key, value] as const];
    }),
  );
}
