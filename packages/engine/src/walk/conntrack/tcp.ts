/** States of a tracked TCP connection by the kernel's number, as /proc and conntrack name them (include/uapi/linux/netfilter/nf_conntrack_tcp.h). */
export const TCP_STATES = [
  "NONE",
  "SYN_SENT",
  "SYN_RECV",
  "ESTABLISHED",
  "FIN_WAIT",
  "CLOSE_WAIT",
  "LAST_ACK",
  "TIME_WAIT",
  "CLOSE",
  "SYN_SENT2",
] as const;
export type TcpState = (typeof TCP_STATES)[number];

export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;

/** What a packet is to the state machine: get_conntrack_index. */
export type TcpKind = "syn" | "synack" | "fin" | "ack" | "rst" | "none";

/** `invalid`: the packet is INVALID. `ignore`: it belongs to the flow and changes nothing. */
export type TcpStep = TcpState | "invalid" | "ignore";

const SHORT: Readonly<Record<string, TcpStep>> = {
  SS: "SYN_SENT",
  SR: "SYN_RECV",
  ES: "ESTABLISHED",
  FW: "FIN_WAIT",
  CW: "CLOSE_WAIT",
  LA: "LAST_ACK",
  TW: "TIME_WAIT",
  CL: "CLOSE",
  S2: "SYN_SENT2",
  IV: "invalid",
  IG: "ignore",
};

/** The table `tcp_conntracks`: a row per direction and kind of packet, a column per state in the order of `TCP_STATES`. */
const ROWS: Readonly<Record<"original" | "reply", Readonly<Record<TcpKind, string>>>> = {
  original: {
    syn: "SS SS IG IG IG IG IG SS SS S2",
    synack: "IV IV SR IV IV IV IV IV IV SR",
    fin: "IV IV FW FW LA LA LA TW CL IV",
    ack: "ES IV ES ES CW CW TW TW CL IV",
    rst: "IV CL CL CL CL CL CL CL CL CL",
    none: "IV IV IV IV IV IV IV IV IV IV",
  },
  reply: {
    syn: "IV S2 IV IV IV IV IV SS IV S2",
    synack: "IV SR IG IG IG IG IG IG IG SR",
    fin: "IV IV FW FW LA LA LA TW CL IV",
    ack: "IV IG SR ES CW CW TW TW CL IG",
    rst: "IV CL CL CL CL CL CL CL CL CL",
    none: "IV IV IV IV IV IV IV IV IV IV",
  },
};

type StepOf = ReadonlyMap<TcpState, TcpStep>;

function readRows(rows: Readonly<Record<TcpKind, string>>): Readonly<Record<TcpKind, StepOf>> {
  const row = (text: string): StepOf => {
    const cells = text.split(" ");
    return new Map(TCP_STATES.map((state, i) => [state, SHORT[cells[i] ?? ""] ?? "invalid"]));
  };
  const { syn, synack, fin, ack, rst, none } = rows;
  return { syn: row(syn), synack: row(synack), fin: row(fin), ack: row(ack), rst: row(rst), none: row(none) };
}

const STEPS = { original: readRows(ROWS.original), reply: readRows(ROWS.reply) };

/** What a packet with these flags does to a flow in this state. */
export function tcpStep(direction: "original" | "reply", flags: number, state: TcpState): TcpStep {
  return STEPS[direction][tcpKind(flags)].get(state) ?? "invalid";
}

/** get_conntrack_index. */
export function tcpKind(flags: number): TcpKind {
  if (flags & TCP_FLAG.rst) return "rst";
  if (flags & TCP_FLAG.syn) return flags & TCP_FLAG.ack ? "synack" : "syn";
  if (flags & TCP_FLAG.fin) return "fin";
  return flags & TCP_FLAG.ack ? "ack" : "none";
}

const { fin, syn, rst, ack, urg } = TCP_FLAG;
const VALID: ReadonlySet<number> = new Set([
  syn,
  syn | urg,
  syn | ack,
  rst,
  rst | ack,
  fin | ack,
  fin | ack | urg,
  ack,
  ack | urg,
]);

/** tcp_valid_flags: combinations that no TCP sends make a packet INVALID at once. */
export function tcpFlagsValid(flags: number): boolean {
  return VALID.has(flags & (fin | syn | rst | ack | urg));
}
