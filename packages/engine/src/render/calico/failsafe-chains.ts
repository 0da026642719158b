import { familyOf } from "../../base/address.ts";
import { ACCEPT, net, port, protocol, rule } from "./build.ts";
import type { RenderContext } from "./context.ts";
import type { FelixChain, FelixRule } from "./felix-rule.ts";
import { FAILSAFE_IN, FAILSAFE_OUT } from "./fixed-names.ts";
import type { FailsafePort } from "./input.ts";

/** Ports of the host that no policy can close: felix/rules/static.go failsafeInChain, failsafeOutChain. `table`: before tracking, replies need their own rules. */
export function failsafeChains(context: RenderContext, table: "raw" | "mangle" | "filter"): readonly FelixChain[] {
  const { felix, has } = context;
  const { failsafeInbound, failsafeOutbound } = felix;
  // Up to 3.0 replies are judged with all other packets.
  const hasReplies = table === "raw" && has("rawFailsafeReplies");
  const accepts = (ports: readonly FailsafePort[], of: "source" | "destination", peer: "source" | "destination") =>
    ports.flatMap((each) => accept(context, each, of, peer));
  return [
    {
      name: FAILSAFE_IN,
      rules: [
        ...accepts(failsafeInbound, "destination", "source"),
        ...(hasReplies ? accepts(failsafeOutbound, "source", "source") : []),
      ],
    },
    {
      name: FAILSAFE_OUT,
      rules: [
        ...accepts(failsafeOutbound, "destination", "destination"),
        ...(hasReplies ? accepts(failsafeInbound, "source", "destination") : []),
      ],
    },
  ];
}

/** `peer`: the side on which the other node is. */
function accept(
  { family }: RenderContext,
  failsafe: FailsafePort,
  of: "source" | "destination",
  peer: "source" | "destination",
): readonly FelixRule[] {
  const only = failsafe.net;
  if (only !== null && familyOf(only.address) !== family) return [];
  const tests = [protocol(failsafe.protocol), port(of, failsafe.port)];
  return [rule(only === null ? tests : [...tests, net(peer, only)], ACCEPT)];
}
