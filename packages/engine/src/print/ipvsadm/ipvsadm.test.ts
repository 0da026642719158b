import { expect, it } from "vitest";
import type { IpvsService } from "../../model/ipvs.ts";
import { printIpvsadm } from "./ipvsadm.ts";

const SPAN = { file: "made by hand", line: 1 };

const SERVICE: IpvsService = {
  key: { kind: "address", proto: 17, end: { address: 0x0a60_000a, port: 53, text: "10.96.0.10:53" } },
  scheduler: "sh",
  schedulerFlags: ["sh-port", "sh-fallback"],
  persistence: { timeout: 300, netmask: "255.255.255.0", engine: "sip" },
  onePacket: true,
  servers: [
    { end: { address: 0x0a00_0005, port: 53, text: "10.0.0.5:53" }, method: "masq", weight: 2, span: SPAN },
    {
      end: { address: 0x0a00_0006, port: 53, text: "10.0.0.6:53" },
      method: "tunnel",
      weight: 0,
      tunnel: "--tun-type gre",
      span: SPAN,
    },
  ],
  span: SPAN,
};

it("prints a service made by hand as ipvsadm -S would", () => {
  expect(printIpvsadm([SERVICE, { ...SERVICE, key: { kind: "fwmark", mark: 7, family: "ip6" }, servers: [] }])).toBe(
    "-A -u 10.96.0.10:53 -s sh -p 300 -M 255.255.255.0 --pe sip -o -b sh-port,sh-fallback\n" +
      "-a -u 10.96.0.10:53 -r 10.0.0.5:53 -m -w 2\n" +
      "-a -u 10.96.0.10:53 -r 10.0.0.6:53 -i -w 0 --tun-type gre\n" +
      "-A -f 7 -6 -s sh -p 300 -M 255.255.255.0 --pe sip -o -b sh-port,sh-fallback\n",
  );
});
