/** The chains that endpoints hang on; every table has its own. felix/rules/rule_defs.go. */
export const DISPATCH = {
  fromWorkload: "cali-from-wl-dispatch",
  toWorkload: "cali-to-wl-dispatch",
  fromHost: "cali-from-host-endpoint",
  toHost: "cali-to-host-endpoint",
  fromHostForward: "cali-from-hep-forward",
  toHostForward: "cali-to-hep-forward",
  setMark: "cali-set-endpoint-mark",
  fromMark: "cali-from-endpoint-mark",
} as const;

export const FAILSAFE_IN = "cali-failsafe-in";
export const FAILSAFE_OUT = "cali-failsafe-out";
export const WORKLOAD_TO_HOST = "cali-wl-to-host";
export const FORWARD_CHECK = "cali-forward-check";
export const FORWARD_MARK = "cali-forward-endpoint-mark";
export const CIDR_BLOCK = "cali-cidr-block";
export const RPF_SKIP = "cali-rpf-skip";
export const WIREGUARD_MARK = "cali-wireguard-incoming-mark";
export const FIP_DNAT = "cali-fip-dnat";
export const FIP_SNAT = "cali-fip-snat";
export const NAT_OUTGOING = "cali-nat-outgoing";

/** What the endpoint of all interfaces is called: longer than any interface's name. felix/dataplane/linux/endpoint_mgr.go allInterfaces. */
export const ALL_INTERFACES = "any-interface-at-all";
