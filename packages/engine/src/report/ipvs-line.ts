import type { IpvsService } from "../model/ipvs.ts";
import { printIpvsadm } from "../print/ipvsadm/ipvsadm.ts";

/** A virtual server without its real ones, as `ipvsadm -S` prints it. */
export function ipvsLine(service: IpvsService): string {
  return printIpvsadm([{ ...service, servers: [] }]).trimEnd();
}
