import { familyOf } from "../../base/address.ts";
import type { RealServer } from "../../model/ipvs.ts";
import { candidatesOf, whyChosen } from "../../program/ipvs-schedule.ts";
import { FALSE } from "../bdd/bdd.ts";
import { within } from "../flow.ts";
import type { Flow } from "../flow.ts";
import type { ForServer } from "./ipvs-server.ts";
import type { AskedService } from "./ipvs-services.ts";
import type { Passing } from "./passing.ts";

/** The packets of a service by the server that each is given: which one, where there are several, nobody can say. */
export function schedule(
  passing: Passing,
  { service, name, takesPort }: AskedService,
  own: Flow,
): readonly ForServer[] {
  if (own.when === FALSE) return [];
  const { bdd } = passing.space;
  const servers = takesPort ? candidatesOf(service) : [];
  if (servers.length === 0) {
    lost(passing, own, "drop", `no real server of ${name} takes connections`);
    return [];
  }
  let rest = own;
  return servers.flatMap((server, index) => {
    const what = `IPVS chooses ${server.end.text} for ${name}`;
    const isLast = index === servers.length - 1;
    const chosen = passing.space.unknown(what, { what, why: whyChosen(service) });
    const flow = isLast ? rest : within(bdd, rest, chosen);
    rest = within(bdd, rest, bdd.not(chosen));
    return given(passing, server, flow);
  });
}

function given(passing: Passing, server: RealServer, flow: Flow): readonly ForServer[] {
  const { address, port, text } = server.end;
  const isKnown = address !== null && port !== null && familyOf(address) === passing.space.layout.family;
  if (isKnown) return [{ flow, method: server.method, address, port: port === 0 ? null : port }];
  lost(passing, flow, "unknown", `nobody can say which address ${text} is`);
  return [];
}

/** The end of packets at IPVS. */
export function lost({ end }: Passing, flow: Flow, verdict: "drop" | "unknown", what: string): void {
  end({ verdict, delivery: "none", reason: "ipvs", what, at: null, inside: null, flow });
}
