import fc from "fast-check";
import { expect, it } from "vitest";
import { parseIpvsadm, printIpvsadm } from "@hookwalk/engine";

/** Lines as `ipvsadm -Sn` prints them (ipvsadm.c print_service_entry); no kernel here has IPVS to record. */
const address = fc.oneof(fc.ipV4(), fc.constantFrom("[fd00::1]", "[fd00:1::5]"));
const end = fc.tuple(address, fc.integer({ min: 1, max: 65535 })).map(([host, port]) => `${host}:${String(port)}`);
const key = fc.oneof(
  fc.tuple(fc.constantFrom("-t", "-u", "--sctp-service"), end).map(([option, at]) => `${option} ${at}`),
  fc
    .tuple(fc.integer({ min: 1, max: 0xffff_ffff }), fc.boolean())
    .map(([m, v6]) => `-f ${String(m)}${v6 ? " -6" : ""}`),
);
const flags = fc
  .tuple(
    fc.constantFrom("", " -p 300", " -p 10800 -M 255.255.0.0", " -p 1 --pe sip"),
    fc.constantFrom("", " -o"),
    fc.constantFrom("", " -b mh-port,mh-fallback"),
  )
  .map((words) => words.join(""));
const server = fc.tuple(
  end,
  fc.constantFrom("-m", "-g", "-i"),
  fc.nat(0x7fff_ffff),
  fc.constantFrom("", " --tun-type gue --tun-port 6080 --tun-csum"),
);
const service = fc.record({
  key,
  scheduler: fc.constantFrom("rr", "wrr", "sh", "mh"),
  flags,
  servers: fc.array(server, { maxLength: 4 }),
});
const listing = fc.uniqueArray(service, { selector: (one) => one.key, maxLength: 6 }).map((services) =>
  services
    .map((one) => {
      const lines = one.servers.map(
        ([at, method, weight, tunnel]) => `-a ${one.key} -r ${at} ${method} -w ${String(weight)}${tunnel}\n`,
      );
      return `-A ${one.key} -s ${one.scheduler}${one.flags}\n${lines.join("")}`;
    })
    .join(""),
);

it("prints back what it read", () => {
  fc.assert(
    fc.property(listing, (text) => {
      const { value, diagnostics } = parseIpvsadm(text, "f");
      expect(diagnostics).toEqual([]);
      expect(printIpvsadm(value ?? [])).toBe(text);
    }),
  );
});

it("never throws, and takes nothing of a listing that it does not understand whole", () => {
  fc.assert(
    fc.property(listing, fc.nat(), fc.string({ unit: "binary", maxLength: 12 }), (text, at, junk) => {
      const place = at % (text.length + 1);
      const { value, diagnostics } = parseIpvsadm(text.slice(0, place) + junk + text.slice(place), "f");
      expect(value === null).toBe(diagnostics.some(({ severity }) => severity === "error"));
    }),
  );
});
