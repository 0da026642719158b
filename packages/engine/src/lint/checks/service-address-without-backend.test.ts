import { describe, expect, it } from "vitest";
import { ipAddr, placed } from "../told.ts";
import { serviceAddressWithoutBackend } from "./service-address-without-backend.ts";

const LINKS = ipAddr({ "kube-ipvs0": ["10.96.0.1/32", "10.96.0.10/32"] });

function told(services: string): readonly string[] {
  return placed(serviceAddressWithoutBackend, { "ip-addr.txt": LINKS, "ipvsadm-save.txt": services });
}

const API = "-A -t 10.96.0.1:443 -s rr\n-a -t 10.96.0.1:443 -r 10.1.0.5:6443 -m -w 1\n";
const DNS = "-A -u 10.96.0.10:53 -s rr\n-a -u 10.96.0.10:53 -r 10.244.1.7:53 -m -w 1\n";

describe("service-address-without-backend", () => {
  it("names an address without a service, and a service without a server", () => {
    expect(told(API)).toEqual(["warning service-address-unknown ip-addr.txt:3"]);
    expect(told(`${API}-A -u 10.96.0.10:53 -s rr\n`)).toEqual(["info service-without-server ipvsadm-save.txt:3"]);
    expect(told(API + DNS.replace("-w 1", "-w 0"))).toEqual(["info service-without-server ipvsadm-save.txt:3"]);
  });

  it("says nothing where all have servers, where a service is one of a mark, or where none is listed", () => {
    expect(told(API + DNS)).toEqual([]);
    expect(told(`${API}-A -f 7 -s rr\n-a -f 7 -r 10.244.1.7:0 -m -w 1\n`)).toEqual([]);
    expect(placed(serviceAddressWithoutBackend, { "ip-addr.txt": LINKS })).toEqual([]);
  });
});
