import { assertNever } from "../../base/assert.ts";
import type { IpvsMethod, IpvsService, RealServer } from "../../model/ipvs.ts";
import { PROTO } from "../../program/protocol.ts";

/** As `ipvsadm -S` prints these services (ipvsadm.c print_service_entry). */
export function printIpvsadm(services: readonly IpvsService[]): string {
  return services.map(printService).join("");
}

function printService(service: IpvsService): string {
  const key = printKey(service);
  const servers = service.servers.map((server) => printServer(key, server));
  return `-A ${key} -s ${service.scheduler}${printFlags(service)}\n${servers.join("")}`;
}

const OPTIONS: Readonly<Record<number, string>> = {
  [PROTO.tcp]: "-t",
  [PROTO.udp]: "-u",
  [PROTO.sctp]: "--sctp-service",
};

function printKey({ key }: IpvsService): string {
  if (key.kind === "fwmark") return `-f ${String(key.mark)}${key.family === "ip6" ? " -6" : ""}`;
  return `${OPTIONS[key.proto] ?? "-t"} ${key.end.text}`;
}

function printFlags({ persistence, onePacket, schedulerFlags }: IpvsService): string {
  let out = "";
  if (persistence !== null) {
    out += ` -p ${String(persistence.timeout)}`;
    if (persistence.netmask !== null) out += ` -M ${persistence.netmask}`;
    if (persistence.engine !== null) out += ` --pe ${persistence.engine}`;
  }
  if (onePacket) out += " -o";
  return schedulerFlags.length === 0 ? out : `${out} -b ${schedulerFlags.join(",")}`;
}

function printServer(key: string, { end, method, weight, tunnel }: RealServer): string {
  const how = tunnel === undefined ? "" : ` ${tunnel}`;
  return `-a ${key} -r ${end.text} ${optionOf(method)} -w ${String(weight)}${how}\n`;
}

function optionOf(method: IpvsMethod): string {
  switch (method) {
    case "masq":
      return "-m";
    case "tunnel":
      return "-i";
    case "route":
    case "local":
      return "-g";
    default:
      return assertNever(method);
  }
}
