import { afterAll, beforeAll, expect, it } from "vitest";
import type { Libc } from "../../packages/cli/src/lab/native.ts";
import { loadLibc } from "../../packages/cli/src/lab/native.ts";
import { placesOf, readAll, UPLINK } from "../policy/objects.ts";
import type { Probe } from "../policy/probe.ts";
import { parseAttempt, printProbe, probesOf } from "../policy/probe.ts";
import { ask } from "./pods/ask.ts";
import { PodNetwork } from "./pods/pod-network.ts";
import { describeKernel } from "./require-kernel.ts";

const PATIENCE_MS = 500;
const places = placesOf(readAll("none.yaml", ""));
const ATTEMPTS = ["tcp/80", "udp/53", "sctp/3868", "icmp"].map(parseAttempt);

describeKernel.each(["ip", "ip6"] as const)("the network of pods, %s", (family) => {
  let libc: Libc;
  let network: PodNetwork;
  beforeAll(async () => {
    libc = await loadLibc();
    network = new PodNetwork(libc, places, UPLINK);
  });
  afterAll(() => {
    network.close();
  });

  const probes = probesOf(places, ATTEMPTS, [family]);
  const stopped = (): readonly string[] => {
    network.flushConntrack();
    const through = ask(libc, network, probes, PATIENCE_MS);
    return probes.filter((probe) => !through.has(probe)).map(printProbe);
  };
  const expected = (isStopped: (probe: Probe) => boolean): readonly string[] =>
    probes.filter(isStopped).map(printProbe);

  it("without rules everybody reaches everybody", () => {
    expect(stopped()).toEqual([]);
  });

  it.each(["tcp", "udp", "sctp", "icmp"] as const)(
    "what a rule drops of %s is seen to be dropped, and nothing else",
    (protocol) => {
      const name = protocol === "icmp" && family === "ip6" ? "ipv6-icmp" : protocol;
      const [cart] = places.filter((place) => place.name === "shop/cart");
      const rules = `*filter\n:FORWARD ACCEPT\n-A FORWARD -p ${name} -o ${cart?.device ?? ""} -m conntrack --ctstate NEW -j DROP\nCOMMIT\n`;
      network.run([family === "ip" ? "iptables-legacy-restore" : "ip6tables-legacy-restore"], rules);
      expect(stopped()).toEqual(
        expected(({ from, to, protocol: own }) => own === protocol && to === cart && from.kind !== "node"),
      );
    },
  );
});
