import { ORACLE_CHAINS } from "./observe.ts";
import { ORACLE } from "./tracer.ts";
import type { PktType } from "@hookwalk/engine";

/** What a frame is to the device: byte 1 of the destination address that the lab writes. */
const PKT_TYPE_CODES: readonly PktType[] = ["host", "broadcast", "multicast", "otherhost"];
/** Byte 0: no frame that goes around inside the node has it, where addresses start with 02. */
const LAB_FRAME = 0xfe;

/** A device into which the lab puts frames. */
export interface Inlet {
  readonly name: string;
  /** Of the bridge that it is a port of: a frame must bear it to be routed. */
  readonly bridgeMac: string | null;
}

const TRACED = "meta nftrace set 1";

/** What the lab is to see of a packet. */
export type Seen =
  /** Every rule on its way; `frames`: chains of devices, too. */
  | "rules"
  | "frames"
  /** Where it ends, and what it is there. */
  | "ends";

/**
 * The lab's own nft table. It turns on tracing where packets enter (legacy tables then report too), shows their mark and
 * flow where hooks end, logs what is delivered whole (a trace record has only two headers), and drops it before the local
 * stack answers: an answer would be a packet of its own, and would change the flow. INT_MAX is behind conntrack's
 * confirmation, because that is registered later. Where ends are enough it turns on tracing there alone, and shows what the
 * node sends by one record.
 */
export function oracleRules(inlets: readonly Inlet[], seen: Seen = "rules"): string {
  const { prerouting, preroutingEnd, output, inputEnd, postroutingEnd } = ORACLE_CHAINS;
  const [start, sent, end] = seen === "ends" ? ["", `${TRACED}; meta nftrace set 0;`, TRACED] : [TRACED, TRACED, ""];
  return [
    `table inet ${ORACLE} {`,
    `chain ${prerouting} { type filter hook prerouting priority -1000; ${start} accept; }`,
    `chain ${preroutingEnd} { type filter hook prerouting priority 2147483647; accept; }`,
    `chain ${output} { type filter hook output priority -1000; ${sent} accept; }`,
    `chain ${inputEnd} { type filter hook input priority 2147483647; ${end} log prefix "${ORACLE}" group 0 snaplen 128 drop; }`,
    `chain ${postroutingEnd} { type filter hook postrouting priority 2147483647; ${end} accept; }`,
    "}",
    `table netdev ${ORACLE} {`,
    ...inlets.flatMap((inlet, number) => ingressChain(inlet, number, seen === "frames")),
    "}",
    "",
  ].join("\n");
}

/** Reads what `ingressAddress` wrote, then gives a bridge's frame the address that it needs. */
function ingressChain({ name, bridgeMac }: Inlet, number: number, isTraced: boolean): readonly string[] {
  return [
    `chain ingress${String(number)} {`,
    `type filter hook ingress device "${name}" priority -500;`,
    `@ll,0,8 ${String(LAB_FRAME)} meta mark set @ll,16,32`,
    ...PKT_TYPE_CODES.map((type) => `@ll,0,16 ${String(frameCode(type))} meta pkttype set ${NFT_PKT_TYPES[type]}`),
    ...(bridgeMac === null ? [] : [`@ll,0,16 ${String(frameCode("host"))} ether daddr set ${bridgeMac}`]),
    ...(isTraced ? ["meta nftrace set 1"] : []),
    "}",
  ];
}

const NFT_PKT_TYPES: Readonly<Record<PktType, string>> = {
  host: "host",
  broadcast: "broadcast",
  multicast: "multicast",
  otherhost: "other",
};

function frameCode(pktType: PktType): number {
  return (LAB_FRAME << 8) | PKT_TYPE_CODES.indexOf(pktType);
}

/** The destination address of a frame: what `oracleRules` reads the packet's mark and type from. */
export function ingressAddress(mark: number, pktType: PktType): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(frameCode(pktType));
  bytes.writeUInt32LE(mark >>> 0, 2);
  return bytes;
}
