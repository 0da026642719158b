/** Which way a packet of a flow goes: as the first one did, or back (IP_CT_DIR_*). */
export type FlowDirection = "original" | "reply";

export function opposite(direction: FlowDirection): FlowDirection {
  return direction === "original" ? "reply" : "original";
}
