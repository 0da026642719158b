import { RETURN, clearMark, ctState, inInterface, jump, markNotClear, markSet, rule, verdict } from "./build.ts";
import type { RenderContext } from "./context.ts";
import { failsafeChains } from "./failsafe-chains.ts";
import type { FelixChain, FelixRule } from "./felix-rule.ts";
import { eachPrefix } from "./filter-chains.ts";
import { DISPATCH } from "./fixed-names.ts";

/** Table mangle: policies before DNAT, and those of the host for packets whose way out DNAT changed. felix/rules/static.go StaticMangle…Chain. */
export function staticMangleChains(context: RenderContext): readonly FelixChain[] {
  if (!context.has("preDnat")) return [];
  return [
    { name: "cali-PREROUTING", rules: prerouting(context) },
    ...(context.has("manglePostrouting") ? [{ name: "cali-POSTROUTING", rules: postrouting(context) }] : []),
    ...failsafeChains(context, "mangle"),
  ];
}

const BY_POLICY = "Host endpoint policy accepted packet.";

function prerouting(context: RenderContext): readonly FelixRule[] {
  const { felix, accept, has } = context;
  const allow = verdict(felix.mangleAllow);
  return [
    rule([ctState("RELATED,ESTABLISHED")], allow),
    rule([markSet(accept)], allow),
    ...(has("preDnatOfWorkloads") ? [] : eachPrefix(context, (pattern) => [rule([inInterface(pattern)], allow)])),
    rule([], jump(DISPATCH.fromHost)),
    rule([markSet(accept)], allow, BY_POLICY),
  ];
}

/** The mark of an accepted packet says here that it was forwarded. */
function postrouting({ felix, accept, allMarks, mark }: RenderContext): readonly FelixRule[] {
  return [
    rule([markSet(accept)], RETURN),
    ...(felix.ipvs === null ? [] : [rule([markNotClear(mark("endpoint"))], RETURN)]),
    rule([], clearMark(allMarks)),
    rule([ctState("DNAT")], jump(DISPATCH.toHost)),
    rule([markSet(accept)], RETURN, BY_POLICY),
  ];
}
