import type { Address } from "../../base/address.ts";
import type { IpvsMethod } from "../../model/ipvs.ts";
import type { Flow } from "../flow.ts";

/** Packets for one server. */
export interface ForServer {
  readonly flow: Flow;
  readonly method: IpvsMethod;
  readonly address: Address;
  /** Null: the packet's own. */
  readonly port: number | null;
}
